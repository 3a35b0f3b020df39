import { element } from "./dom.ts"
import { inNumbers, inTime, outcomeText } from "./format.ts"
import type { Task, Tasks } from "./Tasks.ts"

/** So many rows a table has, at most. */
const mostRows = 50

type Choose = (task: Task) => void

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<HTMLTableRowElement>): HTMLTableElement =>
  element(
    "table",
    {},
    element("thead", {}, element("tr", {}, ...head.map((text) => element("th", { scope: "col" }, text)))),
    element("tbody", {}, ...rows)
  )

const taskRow = (task: Task, cells: ReadonlyArray<string>, choose: Choose): HTMLTableRowElement => {
  const button = element("button", { type: "button", className: "link" }, task.name)
  button.addEventListener("click", () => choose(task))
  return element("tr", {}, ...cells.map((text) => element("td", {}, text)), element("td", {}, button))
}

/** What each executor has done: as `Executor.stats` counts it. */
export const executorTable = ({ model, tasks }: Tasks): HTMLElement => {
  const rows = Array.from(model.groups.entries()).flatMap(([group, name]) => {
    const own = tasks.filter((task) => task.group === group)
    if (own.length === 0) return []
    const count = (outcome: string) => inNumbers(own.filter((task) => task.outcome === outcome).length)
    const waits = own.map(({ waited }) => waited).toSorted((a, b) => a - b)
    const runs = own.filter(({ hasRun }) => hasRun).map(({ duration }) => duration)
    const busy = runs.reduce((sum, each) => sum + each, 0)
    const workers = model.lanes.filter((lane) => lane.group === group && !lane.isWaiting).length
    const cells = [
      name,
      inNumbers(own.length),
      count("succeeded"),
      count("failed"),
      count("timedOut"),
      count("cancelled"),
      inTime(waits[Math.floor(waits.length / 2)] ?? 0),
      inTime(waits[Math.floor(waits.length * 0.95)] ?? 0),
      inTime(runs.length === 0 ? 0 : busy / runs.length),
      `${Math.round((100 * busy) / Math.max(1, model.duration * workers))} %`
    ]
    return [element("tr", {}, ...cells.map((text) => element("td", {}, text)))]
  })
  const head = ["Executor", "Tasks", "Succeeded", "Failed", "Timed out", "Cancelled"]
  const made = table([...head, "Wait, median", "Wait, 95 %", "Run, mean", "Workers busy"], rows)
  made.id = "executors"
  return made
}

/** The greatest, without sorting all. */
const top = (tasks: ReadonlyArray<Task>, by: (task: Task) => number): Array<Task> => {
  let best: Array<Task> = []
  let least = -1
  for (const task of tasks) {
    if (by(task) <= least) continue
    best.push(task)
    if (best.length < 20 * mostRows) continue
    best = best.toSorted((a, b) => by(b) - by(a)).slice(0, mostRows)
    least = by(best.at(-1)!)
  }
  return best.toSorted((a, b) => by(b) - by(a)).slice(0, mostRows)
}

export const slowestTable = ({ model, tasks }: Tasks, choose: Choose): HTMLElement =>
  table(
    ["Run", "Waited", "Executor", "Task"],
    top(
      tasks.filter(({ hasRun }) => hasRun),
      ({ duration }) => duration
    ).map((task) => taskRow(task, [inTime(task.duration), inTime(task.waited), model.groups[task.group]!], choose))
  )

export const longestWaitsTable = ({ model, tasks }: Tasks, choose: Choose): HTMLElement =>
  table(
    ["Waited", "Executor", "Task"],
    top(tasks, ({ waited }) => waited).map((task) =>
      taskRow(task, [inTime(task.waited), model.groups[task.group]!], choose)
    )
  )

export const failures = (tasks: Tasks): Array<Task> =>
  tasks.tasks.filter(({ outcome }) => outcome !== "succeeded" && outcome !== "open")

export const failuresTable = (tasks: Tasks, choose: Choose): HTMLElement => {
  const all = failures(tasks)
  if (all.length === 0) return element("p", {}, "None.")
  const made = table(
    ["How", "Error", "Run", "Executor", "Task"],
    all
      .slice(0, 10 * mostRows)
      .map((task) =>
        taskRow(
          task,
          [
            outcomeText[task.outcome] ?? task.outcome,
            String(task.details["error"] ?? ""),
            task.hasRun ? inTime(task.duration) : "",
            tasks.model.groups[task.group]!
          ],
          choose
        )
      )
  )
  made.id = "failures"
  return made
}
