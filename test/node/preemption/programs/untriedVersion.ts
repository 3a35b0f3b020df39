// A program on a version of Node.js that nobody has tried yet.
Object.defineProperty(process, "versions", { value: { ...process.versions, node: "99.0.0" } })
await import("../../tasks/stuckProgram.ts")
