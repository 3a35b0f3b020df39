import * as fs from "node:fs"

// Ticks of a hundredth of a second, on every Linux there is.
const tick = 10

/** Milliseconds of processor time that a server and its processes have used so far; `undefined` where nobody can tell. */
export const cpuOf = (server: number): number | undefined => {
  if (!fs.existsSync("/proc/self/stat")) return undefined
  let total = 0
  for (const entry of fs.readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue
    const stat = statOf(Number(entry))
    if (stat === undefined) continue
    if (stat.pid === server) total += stat.own + stat.ended
    else if (stat.parent === server) total += stat.own
  }
  return total * tick
}

/** A process's time includes that of its children that have ended and were waited for. */
const statOf = (pid: number) => {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, "utf8")
    // The process's name is in parentheses, and may contain others.
    const fields = text
      .slice(text.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number)
    const [parent = 0] = fields.slice(1)
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11)
    return { pid, parent, own: user + system, ended: endedUser + endedSystem }
  } catch {
    // The process has ended since.
    return undefined
  }
}
