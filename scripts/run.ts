import { execFileSync } from "node:child_process"

/** Runs a command with its output shown; throws if it fails. */
export const run = (command: string, args: ReadonlyArray<string>, cwd: string): void => {
  execFileSync(command, args, { cwd, stdio: ["ignore", "inherit", "inherit"] })
}
