// Imports that never end, in a worker.
import * as Task from "../../../src/Task.ts"

const how = process.env["ENDLESS"]
if (how === "spins") for (;;);
if (how === "waits") {
  setInterval(() => {}, 1000)
  await new Promise(() => {})
}

export const Endless = Task.module(import.meta.url, { nothing: () => {} })
