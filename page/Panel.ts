import { element } from "./dom.ts"
import { firstLine, inNumbers, inTime, outcomeText } from "./format.ts"
import { tasksOfProgram } from "../src/internal/trace/TraceModel.ts"
import type { Task, Tasks } from "./Tasks.ts"

/** The most tasks that waited and are named. */
const mostWaiters = 8
/** The most tasks of a kind that are named while no task is chosen. */
const mostNamed = 5

/** The panel shows what is known of a task. */
export const showTask = (
  into: HTMLElement,
  tasks: Tasks,
  task: Task | undefined,
  choose: (task: Task) => void
): void => {
  into.replaceChildren(...(task === undefined ? overview(tasks, choose) : describe(tasks, task, choose)))
}

/** For somebody who has just opened the page. */
const overview = (tasks: Tasks, choose: (task: Task) => void): ReadonlyArray<Node> => {
  const { isSchedule } = tasks.model
  const what = isSchedule ? "step" : "task"
  return [
    ...(isSchedule ? deviations(tasks, choose) : [...wrong(tasks, choose), ...unended(tasks, choose)]),
    element("p", { className: "faint" }, `Choose a ${what} in the picture, or in a table, to see its details.`)
  ]
}

/** The first failures. */
const wrong = ({ bad }: Tasks, choose: (task: Task) => void): ReadonlyArray<Node> => {
  if (bad.length === 0) return []
  return [
    element("h2", {}, `Failed, timed out or stuck: ${inNumbers(bad.length)}`),
    element("ul", { id: "wrong" }, ...firstOf(bad, mostNamed, choose, whyOf)),
    element("p", { className: "faint" }, "Press F to go from one to the next.")
  ]
}

/** The tasks that still ran when the recording ended: what hangs is among them. */
const unended = ({ unended: all }: Tasks, choose: (task: Task) => void): ReadonlyArray<Node> => {
  if (all.length === 0) return []
  return [
    element("h2", {}, `Still running at the end: ${inNumbers(all.length)}`),
    element("ul", { id: "unended" }, ...firstOf(all, mostNamed, choose, ({ duration }) => `for ${inTime(duration)}`))
  ]
}

/** The first tasks of a list, with what there is to tell of each, and how many more there are. */
const firstOf = (
  tasks: ReadonlyArray<Task>,
  most: number,
  choose: (task: Task) => void,
  tell: (task: Task) => string
): ReadonlyArray<Node> => {
  const rest = tasks.length - most
  return [
    ...tasks.slice(0, most).map((task) => element("li", {}, link(task, choose), ` ${tell(task)}`)),
    ...(rest > 0 ? [element("li", { className: "faint" }, `and ${inNumbers(rest)} more`)] : [])
  ]
}

/** The steps at which another fiber would usually have gone on, which are what made the program fail. */
const deviations = (tasks: Tasks, choose: (task: Task) => void): ReadonlyArray<Node> => {
  const all = tasks.deviations
  if (all.length === 0) return [element("h2", {}, "It fails in the usual order of steps")]
  return [
    element("h2", {}, `Another fiber would usually have gone on: ${inNumbers(all.length)}`),
    element(
      "ul",
      { id: "deviations" },
      ...all.map((task) =>
        element("li", {}, `step ${task.id}, ${tasks.model.lanes[task.lane]!.name}: `, link(task, choose))
      )
    )
  ]
}

/** How a task ended, and where it was stuck if that is known. */
const whyOf = ({ details, duration, outcome }: Task): string =>
  details["stuckAt"] === undefined
    ? `${outcomeText[outcome] ?? outcome} after ${inTime(duration)}: ${String(details["error"] ?? "")}`
    : `was stuck ${firstLine(details["stuckAt"])}, and ${outcomeText[outcome] ?? outcome} after ${inTime(duration)}`

const describe = (tasks: Tasks, task: Task, choose: (task: Task) => void): ReadonlyArray<Node> => {
  const { details } = task
  const number = String(task.id % tasksOfProgram)
  const line = tasks.model.lanes[task.lane]!.name
  const facts: Array<readonly [string, string | Node]> = tasks.model.isSchedule
    ? [
        ["Step", number],
        ["Fiber", line]
      ]
    : [
        ["Executor", tasks.model.groups[task.group]!],
        ["Line", line],
        ["Number", number],
        ["Ended", outcomeText[task.outcome] ?? task.outcome],
        [task.hasRun ? "Began" : "Submitted", `${inTime(task.shownFrom)} after the start`],
        ["Waited", inTime(task.waited)],
        ["Ran", task.hasRun ? inTime(task.duration) : "never"]
      ]
  for (const [name, label] of [
    ["error", "Error"],
    ["group", "Group"],
    ["key", "Key"],
    ["cost", "Cost"],
    ["attempt", "Attempt"],
    ["where", "Where"],
    ["because", "Because"],
    ["deviation", "Deviates"]
  ] as const) {
    const value = details[name]
    if (value !== undefined) facts.push([label, String(value)])
  }
  const parent = details["parent"] === undefined ? undefined : tasks.byId(Number(details["parent"]))
  if (parent !== undefined) facts.push(["Submitted by", link(parent, choose)])
  return [
    element("h2", {}, task.name),
    element("dl", {}, ...facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)])),
    ...stuck(details["stuckAt"]),
    ...waiters(tasks, task, choose)
  ]
}

const stuck = (stuckAt: string | number | undefined): ReadonlyArray<Node> =>
  stuckAt === undefined
    ? []
    : [element("h3", {}, "It was stuck"), element("pre", { id: "stuck", tabIndex: 0 }, String(stuckAt))]

const waiters = (tasks: Tasks, task: Task, choose: (task: Task) => void): ReadonlyArray<Node> => {
  if (!task.hasRun) return []
  const all = tasks.waitedMeanwhile(task)
  if (all.length === 0) return []
  return [
    element("h3", {}, `Waited for a worker in the meantime: ${inNumbers(all.length)}`),
    element("ul", { id: "waiters" }, ...firstOf(all, mostWaiters, choose, ({ waited }) => `for ${inTime(waited)}`))
  ]
}

const link = (task: Task, choose: (task: Task) => void): HTMLElement => {
  const button = element("button", { type: "button", className: "link" }, task.name)
  button.addEventListener("click", () => choose(task))
  return button
}
