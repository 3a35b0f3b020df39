import { type PackedTrace, unpackModel } from "../src/internal/trace/TraceModel.ts"
import { byId, element } from "./dom.ts"
import { inNumbers, inTasks, inTime } from "./format.ts"
import { showTask } from "./Panel.ts"
import { executorTable, failuresTable, longestWaitsTable, slowestTable, stepsTable } from "./tables.ts"
import { type Task, Tasks } from "./Tasks.ts"
import { inflate } from "./inflate.ts"
import { Timeline } from "./Timeline.ts"
import { View } from "./View.ts"

// The trace in the page was written by `Trace.html` of the same version, so it is not checked.
const texts = JSON.parse(byId("texts", HTMLScriptElement).text) as PackedTrace["texts"]
const model = unpackModel(texts, await inflate(byId("columns", HTMLScriptElement).text))
const tasks = new Tasks(model)
const view = new View(model.duration)
const canvas = byId("timeline", HTMLCanvasElement)
const timeline = new Timeline(canvas, tasks, view)
const panel = byId("panel", HTMLElement)
const search = byId("search", HTMLInputElement)
const found = byId("found", HTMLElement)
let matches: ReadonlyArray<Task> = []
let match = -1

const choose = (task: Task | undefined, isToBeShown = true): void => {
  timeline.chosen = task
  showTask(panel, tasks, task, choose)
  if (task !== undefined && isToBeShown) {
    const { duration, start } = task
    if (start < view.from || start + duration > view.to || duration < view.span / 500) view.showAround(start, duration)
    timeline.reveal(task)
  }
  timeline.draw()
}

const shareAt = (event: MouseEvent): number => {
  const box = canvas.getBoundingClientRect()
  return Math.min(1, Math.max(0, (event.clientX - box.left - (box.width - timeline.width)) / timeline.width))
}

const scroll = (by: number): void => {
  view.top = Math.min(timeline.maxTop, Math.max(0, view.top + by))
}

canvas.addEventListener(
  "wheel",
  (event) => {
    event.preventDefault()
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))
      view.pan((event.deltaX || event.deltaY) / 1000)
    else if (event.altKey) scroll(event.deltaY)
    else view.zoom(1.0015 ** event.deltaY, shareAt(event))
    timeline.draw()
  },
  { passive: false }
)

let drag: { readonly x: number; readonly y: number; moved: number } | undefined
canvas.addEventListener("pointerdown", (event) => {
  drag = { x: event.clientX, y: event.clientY, moved: 0 }
  canvas.setPointerCapture(event.pointerId)
})
canvas.addEventListener("pointermove", (event) => {
  if (drag === undefined) {
    canvas.title = timeline.at(event.offsetX, event.offsetY)?.name ?? ""
    return
  }
  view.pan(-event.movementX / timeline.width)
  scroll(-event.movementY)
  drag.moved += Math.abs(event.movementX) + Math.abs(event.movementY)
  timeline.draw()
})
canvas.addEventListener("pointerup", (event) => {
  if (drag !== undefined && drag.moved < 4) choose(timeline.at(event.offsetX, event.offsetY), false)
  drag = undefined
})

const neighbour = (step: number): void => {
  const { chosen } = timeline
  const lane = chosen === undefined ? undefined : tasks.byLane[chosen.lane]
  if (chosen === undefined || lane === undefined)
    return choose(tasks.all.length === 0 ? undefined : tasks.at(tasks.all[0]!))
  for (let i = lane.indexOf(chosen.index) + step; i >= 0 && i < lane.length; i += step) {
    const next = tasks.taskOf(lane[i]!)
    if (next !== undefined && next !== chosen) return choose(next)
  }
}

const keys: Readonly<Record<string, () => void>> = {
  ArrowLeft: () => view.pan(-0.1),
  ArrowRight: () => view.pan(0.1),
  ArrowUp: () => scroll(-40),
  ArrowDown: () => scroll(40),
  "+": () => view.zoom(0.7),
  "=": () => view.zoom(0.7),
  w: () => view.zoom(0.7),
  "-": () => view.zoom(1 / 0.7),
  s: () => view.zoom(1 / 0.7),
  a: () => view.pan(-0.1),
  d: () => view.pan(0.1),
  "0": () => view.fit(),
  Home: () => view.fit(),
  ",": () => neighbour(-1),
  ".": () => neighbour(1),
  n: () => goToMatch(1),
  p: () => goToMatch(-1),
  f: () => goToFailure(),
  Escape: () => choose(undefined)
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  if (event.target === search) {
    if (event.key === "Enter") goToMatch(event.shiftKey ? -1 : 1)
    if (event.key === "Escape") canvas.focus()
    return
  }
  if (event.key === "/") search.focus()
  else {
    const action = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined
    const isScrolling = event.key.startsWith("Arrow") && event.target !== canvas && event.target !== document.body
    if (action === undefined || isScrolling) return
    action()
    timeline.draw()
  }
  event.preventDefault()
})

/** From the chosen failure to the next. */
const goToFailure = (): void => {
  const at = tasks.failures.findIndex(({ id }) => id === timeline.chosen?.id)
  choose(tasks.failures[(at + 1) % tasks.failures.length])
}

const goToMatch = (step: number): void => {
  if (matches.length === 0) return
  match = (match + step + matches.length) % matches.length
  choose(matches[match])
  found.textContent = `${inNumbers(match + 1)} of ${inNumbers(matches.length)}`
}

search.addEventListener("input", () => {
  const sought = search.value
  matches = sought === "" ? [] : tasks.find(sought)
  match = -1
  timeline.matches = tasks.mark(matches)
  found.textContent = sought === "" ? "" : `${inNumbers(matches.length)} found`
  timeline.draw()
})

const theme = byId("theme", HTMLButtonElement)
theme.addEventListener("click", () => {
  const isDark = getComputedStyle(document.documentElement).colorScheme === "dark"
  document.documentElement.dataset["theme"] = isDark ? "light" : "dark"
  timeline.draw()
})

const { isSchedule } = model
const size = isSchedule ? `${inNumbers(tasks.all.length)} steps` : inTasks(tasks.all.length)
document.title = `${model.title}: ${size}`
byId("title", HTMLElement).textContent = model.title
const when = new Date(model.startedAt / 1000).toISOString().replace("T", " ").slice(0, 19)
byId("summary", HTMLElement).textContent =
  `${isSchedule ? size : `${size} in ${inTime(model.duration)}, from ${when} UTC`}. ${model.notes.join(". ")}`

const section = (title: string, content: HTMLElement, isOpen = false): HTMLElement =>
  element("details", { open: isOpen }, element("summary", {}, title), content)

/** A task that somebody has stopped is no failure, but listed with them. */
const failuresTitle = (): string => {
  const cancelled = tasks.failures.length - tasks.bad.length
  return `Failures: ${inNumbers(tasks.bad.length)}${cancelled === 0 ? "" : `, cancelled: ${inNumbers(cancelled)}`}`
}

const tables: ReadonlyArray<() => HTMLElement> = isSchedule
  ? [() => section("What happened", stepsTable(tasks, choose), true)]
  : [
      () => section("Executors", executorTable(tasks), true),
      () => section(failuresTitle(), failuresTable(tasks, choose), tasks.failures.length > 0),
      () => section("Slowest", slowestTable(tasks, choose), true),
      () => section("Longest waits", longestWaitsTable(tasks, choose))
    ]

/** The frame that is being made has been shown when this resolves. */
const nextFrame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))

choose(undefined)
// Lanes with a failure are scrolled into sight, however many lanes there are.
const [wrong] = tasks.bad
if (wrong !== undefined) timeline.reveal(wrong)
new ResizeObserver(() => timeline.draw()).observe(canvas)
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => timeline.draw())

// The picture comes first. Each table is made after a frame, so that none of them is long.
await nextFrame()
performance.mark("drawn")
for (const table of tables) {
  byId("tables", HTMLElement).append(table())
  await nextFrame()
}
performance.mark("complete")
