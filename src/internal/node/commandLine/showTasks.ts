import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import type { TaskInfo } from "../../../durable/DurableExecutor.ts"
import { type Column, inTerminal, tableOf } from "./table.ts"

/** An age in its largest unit, because seconds do not matter after a week. */
const ago = (time: DateTime.Utc, now: number): string => {
  const { days, hours, minutes, seconds } = Duration.parts(
    Duration.millis(Math.max(0, now - DateTime.toEpochMillis(time)))
  )
  return days > 0 ? `${days}d` : hours > 0 ? `${hours}h` : minutes > 0 ? `${minutes}m` : `${seconds}s`
}

const columns = (now: number): ReadonlyArray<Column<TaskInfo>> => [
  { title: "KEY", text: ({ key }) => key, least: 12 },
  { title: "TASK", text: ({ task }) => task, least: 10 },
  {
    title: "STATE",
    text: ({ isCancelled, state }) => (isCancelled && state === "running" ? "stopping" : state),
    least: 9
  },
  { title: "QUEUE", text: ({ queue }) => queue, least: 5 },
  { title: "TRY", text: ({ attempt, maxAttempts }) => `${attempt}/${maxAttempts}`, least: 3 },
  { title: "AGE", text: ({ createdAt }) => ago(createdAt, now), least: 3 },
  { title: "ERROR", text: ({ error }) => error ?? "", least: 5 },
  { title: "WORKER", text: ({ worker }) => worker ?? "", least: 6 }
]

export const showTasks = (tasks: ReadonlyArray<TaskInfo>, now: number, width: number): string =>
  tasks.length === 0 ? "No tasks." : tableOf(tasks, columns(now), width).join("\n")

/** The facts about a task, one per line. */
export const showTask = (task: TaskInfo): string => {
  const lines = Object.entries(plain(task)).filter(([, value]) => value !== undefined)
  const width = Math.max(...lines.map(([name]) => name.length))
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${inTerminal(String(value))}`).join("\n")
}

/** A task whose times are texts, for people and for JSON. */
export const plain = (task: TaskInfo): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(task).map(([name, value]) => [name, DateTime.isDateTime(value) ? DateTime.formatIso(value) : value])
  )
