import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"

/** Runs a program with executors of that kind, one after the other, in each of which two tasks print so many lines. Gives all that it printed. */
export const runPrinting = (
  kind: string,
  { executors, lines }: { readonly executors: number; readonly lines: number }
) =>
  Effect.promise(async () => {
    const program = fileURLToPath(new URL("./printing.ts", import.meta.url))
    const args = ["--conditions=effect-futures-source", program, kind, String(lines), String(executors)]
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] })
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
    return { out: out.split("\n").slice(0, -1), err }
  })
