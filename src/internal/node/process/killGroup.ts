/** Kills a process and everything that it has started in its group. */
export const killGroup = (pid: number): void => {
  if (process.platform === "win32") {
    // Without process groups, this follows the tree of living processes.
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
