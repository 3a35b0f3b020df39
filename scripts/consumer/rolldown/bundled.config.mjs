export default { input: ["src/main.ts", "src/tasks.ts"], platform: "node", output: { dir: "dist" } }
