import * as Task from "../../../src/Task.ts"

export const Tasks = Task.module(import.meta.url, {
  env: (): Record<string, string> => ({ ...process.env }) as Record<string, string>,
  user: () => ({ uid: process.getuid?.(), gid: process.getgid?.(), groups: process.getgroups?.() })
})
