import type { Counter } from "../src/internal/trace/TraceModel.ts"
import { cut, inNumbers, inTime } from "./format.ts"
import type { Task, Tasks } from "./Tasks.ts"
import type { View } from "./View.ts"

/** The sizes of the picture, in pixels. */
const gutter = 150
const axis = 24
const laneHeight = 20
const waitHeight = 5
const groupHeight = 42
/** The most lines of waiting tasks for each executor: the curve above them tells of all. */
const mostWaits = 24

/** A line of the picture. */
interface Row {
  readonly kind: "group" | "lane" | "wait"
  readonly top: number
  readonly height: number
  /** The place of the lane, or of the group. */
  readonly index: number
}

const colours = ["#4e79a7", "#59a14f", "#b07aa1", "#9c755f", "#76b7b2", "#edc948", "#8cb369", "#af7ac5"]

/** Draws the part of the trace that the view shows. */
export class Timeline {
  chosen: Task | undefined = undefined
  /** Each slice has a 1 if its task was looked for. Empty if nothing was. */
  matches: Uint8Array = new Uint8Array()
  private readonly canvas: HTMLCanvasElement
  private readonly context: CanvasRenderingContext2D
  private readonly tasks: Tasks
  private readonly view: View
  private readonly rows: ReadonlyArray<Row>
  /** The number of waiting tasks of each group, over time. */
  private readonly depths: ReadonlyArray<Depth | undefined>
  private readonly contentHeight: number
  /** The width of the part that shows time, in pixels. Asking the canvas makes the browser lay out its page, so each picture asks once. */
  width = 0
  private isDue = false

  constructor(canvas: HTMLCanvasElement, tasks: Tasks, view: View) {
    this.canvas = canvas
    this.context = canvas.getContext("2d")!
    this.tasks = tasks
    this.view = view
    const { counters, groups } = tasks.model
    this.depths = groups.map((_, group) => {
      const depth = counters.find((counter) => counter.group === group && counter.name === "tasks waiting")
      return depth === undefined ? undefined : withMost(depth)
    })
    const rows = this.layOut()
    this.rows = rows
    const last = rows.at(-1)
    this.contentHeight = last === undefined ? 0 : last.top + last.height + 12
  }

  private layOut(): Array<Row> {
    const rows: Array<Row> = []
    let top = 0
    const add = (kind: Row["kind"], height: number, index: number) => {
      rows.push({ kind, top, height, index })
      top += height
    }
    const { groups, lanes } = this.tasks.model
    for (const group of groups.keys()) {
      const own = Array.from(lanes.entries()).filter(([, lane]) => lane.group === group)
      if (own.length === 0) continue
      add("group", groupHeight, group)
      for (const [index] of own.filter(([, lane]) => lane.isWaiting).slice(0, mostWaits)) add("wait", waitHeight, index)
      for (const [index] of own.filter(([, lane]) => !lane.isWaiting)) add("lane", laneHeight, index)
      top += 8
    }
    return rows
  }

  get maxTop(): number {
    return Math.max(0, this.contentHeight - (this.canvas.clientHeight - axis))
  }

  /** The picture is drawn with the next frame, once for all who ask before. */
  draw(): void {
    if (this.isDue) return
    this.isDue = true
    requestAnimationFrame(() => {
      this.isDue = false
      this.paint()
    })
  }

  /** The task at a point of the canvas. */
  at(x: number, y: number): Task | undefined {
    const row = this.rows.find((each) => {
      const top = each.top + axis - this.view.top
      return y >= top && y < top + each.height
    })
    if (row === undefined || row.kind === "group" || x < gutter) return undefined
    const time = this.view.from + ((x - gutter) / this.width) * this.view.span
    const near = (2 / this.width) * this.view.span
    const lane = this.tasks.byLane[row.index]!
    const { duration, start } = this.tasks.slices
    let found: Task | undefined
    for (let i = this.tasks.firstVisible(lane, time - near); i < lane.length; i++) {
      const index = lane[i]!
      if (start[index]! > time + near) break
      if (start[index]! + duration[index]! >= time - near) found = this.tasks.taskOf(index) ?? found
    }
    return found
  }

  reveal(task: Task): void {
    const row = this.rows.find(({ index, kind }) => kind !== "group" && index === task.lane)
    if (row === undefined) return
    const height = this.canvas.clientHeight - axis
    if (row.top < this.view.top || row.top + row.height > this.view.top + height) {
      this.view.top = Math.min(this.maxTop, Math.max(0, row.top - height / 2))
    }
  }

  private x(time: number): number {
    return gutter + ((time - this.view.from) / this.view.span) * this.width
  }

  private colour(name: string): string {
    return getComputedStyle(this.canvas).getPropertyValue(name).trim()
  }

  private paint(): void {
    const { canvas, context } = this
    const ratio = window.devicePixelRatio
    const [width, height] = [canvas.clientWidth, canvas.clientHeight]
    this.width = width - gutter
    if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio)
    if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio)
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    context.clearRect(0, 0, width, height)
    context.font = "11px system-ui, sans-serif"
    context.textBaseline = "middle"
    const theme = {
      text: this.colour("--text"),
      faint: this.colour("--faint"),
      line: this.colour("--line"),
      wait: this.colour("--wait"),
      bad: this.colour("--bad")
    }
    for (const row of this.rows) {
      const top = row.top + axis - this.view.top
      if (top + row.height < axis || top > height) continue
      if (row.kind === "group") this.paintGroup(row, top, theme)
      else this.paintLane(row, top, theme)
    }
    this.paintArrows(theme)
    this.paintAxis(theme, width, height)
  }

  private paintGroup(row: Row, top: number, theme: Theme): void {
    const { context } = this
    context.fillStyle = theme.text
    context.font = "600 12px system-ui, sans-serif"
    context.fillText(cut(this.tasks.model.groups[row.index]!, 22), 8, top + 14)
    context.font = "11px system-ui, sans-serif"
    const depth = this.depths[row.index]
    if (depth === undefined) return
    const { most, times, values } = depth
    context.fillStyle = theme.faint
    context.fillText(`waiting, up to ${inNumbers(most)}`, 8, top + 31)
    context.fillStyle = theme.wait
    context.beginPath()
    const base = top + row.height - 3
    const y = (value: number) => base - (value / most) * (row.height - 8)
    context.moveTo(gutter, base)
    let before = 0
    let lastX = -1
    let peak = 0
    for (let i = 0; i < times.length; i++) {
      const x = Math.min(Math.max(this.x(times[i]!), gutter), gutter + this.width)
      const value = values[i]!
      // The greatest of those on one pixel counts.
      if (Math.floor(x) === lastX) {
        peak = Math.max(peak, value)
        before = value
        continue
      }
      if (peak > before) {
        context.lineTo(lastX, y(peak))
        context.lineTo(lastX, y(before))
      }
      context.lineTo(x, y(before))
      context.lineTo(x, y(value))
      lastX = Math.floor(x)
      before = peak = value
    }
    context.lineTo(gutter + this.width, y(before))
    context.lineTo(gutter + this.width, base)
    context.fill()
  }

  private paintLane(row: Row, top: number, theme: Theme): void {
    const { context, tasks, view } = this
    const lane = tasks.byLane[row.index]!
    const { group, name } = tasks.model.lanes[row.index]!
    if (row.kind === "lane") {
      context.fillStyle = theme.faint
      context.fillText(cut(name, 24), 16, top + row.height / 2)
    }
    const { depth: depths, duration: durations, start: starts } = tasks.slices
    const colour = colours[group % colours.length]!
    const isSearching = this.matches.length > 0
    const chosen = this.chosen?.id
    const height = row.height - (row.kind === "wait" ? 1 : 3)
    const end = gutter + this.width
    let drawnTo = -1
    for (let i = tasks.firstVisible(lane, view.from); i < lane.length; i++) {
      const index = lane[i]!
      const start = starts[index]!
      if (start > view.to) break
      const right = Math.min(end, this.x(start + durations[index]!))
      if (right < gutter) continue
      const isBad = tasks.isBad[index] === 1
      const isMarked = (isSearching && this.matches[index] === 1) || tasks.slices.task[index] === chosen
      // A single slice of many on a pixel is drawn; but what is looked for is always seen.
      if (right <= drawnTo && !isBad && !isMarked) continue
      drawnTo = Math.max(drawnTo, Math.ceil(right))
      const left = Math.max(gutter, this.x(start))
      const inner = depths[index]! > 0
      const width = Math.max(1, right - left - (right - left > 4 ? 1 : 0))
      context.globalAlpha = isSearching && !isBad && !isMarked ? 0.25 : 1
      context.fillStyle = isBad ? theme.bad : row.kind === "wait" ? theme.wait : inner ? "#0006" : colour
      context.fillRect(left, inner ? top + height - 5 : top, width, inner ? 5 : height)
      if (isMarked) {
        context.strokeStyle = theme.text
        context.lineWidth = 2
        context.strokeRect(left - 1, top, width + 2, height)
      }
      if (row.kind === "lane" && !inner && width > 40) {
        context.globalAlpha = 1
        context.fillStyle = "#fff"
        context.fillText(cut(tasks.name(index), Math.floor(width / 6)), left + 4, top + height / 2)
      }
    }
    context.globalAlpha = 1
  }

  private paintArrows(theme: Theme): void {
    const { chosen } = this
    if (chosen === undefined) return
    const { from: origins, to: targets } = this.tasks.model.arrows
    const { context } = this
    context.strokeStyle = context.fillStyle = theme.text
    context.lineWidth = 1
    for (let i = 0; i < origins.length; i++) {
      const [from, to] = [origins[i]!, targets[i]!]
      if (from === chosen.index || to === chosen.index) this.paintArrow(from, to)
    }
    if (!chosen.hasRun || chosen.waited === 0) return
    const y = this.middleOf(chosen.lane)
    if (y === undefined) return
    context.setLineDash([3, 3])
    context.beginPath()
    context.moveTo(Math.max(gutter, this.x(chosen.start - chosen.waited)), y)
    context.lineTo(this.x(chosen.start), y)
    context.stroke()
    context.setLineDash([])
  }

  private middleOf(lane: number): number | undefined {
    const row = this.rows.find(({ index, kind }) => kind !== "group" && index === lane)
    return row === undefined ? undefined : row.top + axis - this.view.top + row.height / 2
  }

  private paintArrow(from: number, to: number): void {
    const { duration, lane, start } = this.tasks.slices
    const [y1, y2] = [this.middleOf(lane[from]!), this.middleOf(lane[to]!)]
    if (y1 === undefined || y2 === undefined) return
    const x1 = Math.max(gutter, this.x(start[from]! + duration[from]!))
    const x2 = Math.max(gutter, this.x(start[to]!))
    const { context } = this
    context.beginPath()
    context.moveTo(x1, y1)
    context.bezierCurveTo(x1 + 30, y1, x2 - 30, y2, x2, y2)
    context.stroke()
    context.beginPath()
    context.moveTo(x2, y2)
    context.lineTo(x2 - 6, y2 - 4)
    context.lineTo(x2 - 6, y2 + 4)
    context.fill()
  }

  private paintAxis(theme: Theme, width: number, height: number): void {
    const { context, view } = this
    context.fillStyle = this.colour("--back")
    context.fillRect(0, 0, width, axis)
    const step = niceStep(view.span / Math.max(2, this.width / 110))
    context.strokeStyle = theme.line
    context.fillStyle = theme.faint
    context.lineWidth = 1
    for (let time = Math.ceil(view.from / step) * step; time <= view.to; time += step) {
      const x = Math.round(this.x(time)) + 0.5
      context.beginPath()
      context.moveTo(x, axis - 6)
      context.lineTo(x, height)
      context.globalAlpha = 0.4
      context.stroke()
      context.globalAlpha = 1
      context.fillText(inTime(time), x + 3, axis / 2)
    }
  }
}

interface Theme {
  readonly text: string
  readonly faint: string
  readonly line: string
  readonly wait: string
  readonly bad: string
}

/** The number of tasks that waited, and the most there were. */
interface Depth extends Counter {
  readonly most: number
}

const withMost = (counter: Counter): Depth => {
  let most = 1
  for (const value of counter.values) if (value > most) most = value
  return { ...counter, most }
}

/** A round number that is no smaller: 1, 2 or 5 times a power of ten. */
const niceStep = (atLeast: number): number => {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, atLeast)))
  return power * ([1, 2, 5].find((factor) => factor * power >= atLeast) ?? 10)
}
