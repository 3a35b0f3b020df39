/** Kills a process and everything it started, as far as that has stayed in its group. */
export const killGroup = (pid: number): void => {
  if (process.platform === "win32") {
    // There are no process groups; this follows the tree of those that live.
    const { spawnSync } = process.getBuiltinModule("node:child_process")
    spawnSync("taskkill", ["/pid", String(pid), "/T", "/F"], { stdio: "ignore", windowsHide: true })
    return
  }
  try {
    process.kill(-pid, "SIGKILL")
  } catch (error) {
    // The group is gone. (EPERM: only zombies are left, says macOS.)
    const code = (error as NodeJS.ErrnoException).code
    if (code !== "ESRCH" && code !== "EPERM") throw error
  }
}
