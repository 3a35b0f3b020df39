#!/usr/bin/env node
// The command `effect-futures`. What it needs is loaded here, so that it can be said what is missing.
try {
  await import("../internal/node/commandLine/main.ts")
} catch (error) {
  if (!(error instanceof Error) || !error.message.includes("@effect/platform-node")) throw error
  console.error("effect-futures needs the package @effect/platform-node: npm install @effect/platform-node")
  process.exitCode = 1
}
