import { element } from "./dom.ts"
import { firstLine, inNumbers, inTime, outcomeText } from "./format.ts"
import type { Task, Tasks } from "./Tasks.ts"

/** The most rows of a table. */
const mostRows = 50
const mostFailures = 10 * mostRows
const mostSteps = 1000

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

/** The row of each executor counts as `Executor.stats` does. */
export const executorTable = (tasks: Tasks): HTMLElement => {
  const { duration, groups, lanes } = tasks.model
  const rows = Array.from(groups.entries(), ([group, name]) => {
    const own = tasks.all.filter((task) => tasks.group(task) === group)
    const counts = countOutcomes(tasks, own)
    const waits = Float64Array.from(own, (task) => tasks.waited(task)).toSorted()
    const runs = own.filter((task) => tasks.hasRun(task))
    const busy = runs.reduce((sum, task) => sum + tasks.slices.duration[task]!, 0)
    const workers = lanes.filter((lane) => lane.group === group && !lane.isWaiting).length
    const cells = [
      name,
      inNumbers(own.length),
      ...["succeeded", "failed", "timedOut", "cancelled", "open"].map((outcome) => inNumbers(counts.get(outcome) ?? 0)),
      inTime(waits[Math.floor(waits.length / 2)] ?? 0),
      inTime(waits[Math.floor(waits.length * 0.95)] ?? 0),
      inTime(runs.length === 0 ? 0 : busy / runs.length),
      `${Math.round((100 * busy) / Math.max(1, duration * workers))} %`
    ]
    return element("tr", {}, ...cells.map((text) => element("td", {}, text)))
  })
  const head = ["Executor", "Tasks", "Succeeded", "Failed", "Timed out", "Cancelled", "Not ended"]
  const made = table([...head, "Wait, median", "Wait, 95 %", "Run, mean", "Workers busy"], rows)
  made.id = "executors"
  return made
}

const countOutcomes = (tasks: Tasks, own: Uint32Array): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const task of own) counts.set(tasks.outcome(task), (counts.get(tasks.outcome(task)) ?? 0) + 1)
  return counts
}

/** The greatest are found without sorting all tasks of a trace. */
const top = (tasks: Tasks, from: Uint32Array, by: (task: number) => number): ReadonlyArray<Task> => {
  let best: Array<number> = []
  let least = -1
  const keepBest = () => (best = best.toSorted((a, b) => by(b) - by(a)).slice(0, mostRows))
  for (const task of from) {
    if (by(task) <= least) continue
    best.push(task)
    if (best.length < 20 * mostRows) continue
    keepBest()
    least = by(best.at(-1)!)
  }
  return keepBest().map((task) => tasks.at(task))
}

export const slowestTable = (tasks: Tasks, choose: Choose): HTMLElement => {
  const slowest = top(
    tasks,
    tasks.all.filter((task) => tasks.hasRun(task)),
    (task) => tasks.slices.duration[task]!
  )
  return table(
    ["Run", "Waited", "Executor", "Task"],
    slowest.map((task) =>
      taskRow(task, [inTime(task.duration), inTime(task.waited), tasks.model.groups[task.group]!], choose)
    )
  )
}

export const longestWaitsTable = (tasks: Tasks, choose: Choose): HTMLElement =>
  table(
    ["Waited", "Executor", "Task"],
    top(tasks, tasks.all, (task) => tasks.waited(task)).map((task) =>
      taskRow(task, [inTime(task.waited), tasks.model.groups[task.group]!], choose)
    )
  )

export const failuresTable = (tasks: Tasks, choose: Choose): HTMLElement => {
  if (tasks.failures.length === 0) return element("p", {}, "None.")
  const made = table(
    ["How", "Error", "Stuck", "Run", "Executor", "Task"],
    tasks.failures
      .slice(0, mostFailures)
      .map((task) =>
        taskRow(
          task,
          [
            outcomeText[task.outcome] ?? task.outcome,
            String(task.details["error"] ?? ""),
            firstLine(task.details["stuckAt"] ?? ""),
            task.hasRun ? inTime(task.duration) : "",
            tasks.model.groups[task.group]!
          ],
          choose
        )
      )
  )
  made.id = "failures"
  return withRest(made, tasks.failures.length - mostFailures)
}

/** The steps of a schedule in their order. */
export const stepsTable = (tasks: Tasks, choose: Choose): HTMLElement => {
  const rows = Array.from(tasks.all.subarray(0, mostSteps), (index) => {
    const task = tasks.at(index)
    const { because = "", deviation = "", where = "" } = task.details
    const cells = [String(task.id), tasks.model.lanes[task.lane]!.name, String(where), String(deviation || because)]
    return taskRow(task, cells, choose)
  })
  const made = table(["Step", "Fiber", "Where", "Why", "What"], rows)
  made.id = "steps"
  return withRest(made, tasks.all.length - mostSteps)
}

/** The table, and how many rows it leaves out. */
const withRest = (made: HTMLTableElement, rest: number): HTMLElement =>
  rest <= 0 ? made : element("div", {}, made, element("p", { className: "faint" }, `and ${inNumbers(rest)} more`))
