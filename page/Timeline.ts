import { Layout } from "./Layout.ts"
import { paintArrows } from "./paintArrows.ts"
import { paintAxis } from "./paintAxis.ts"
import { type Depth, paintGroup, withMost } from "./paintGroup.ts"
import { paintLane } from "./paintLane.ts"
import { axis, gutter, Picture } from "./Picture.ts"
import type { Task, Tasks } from "./Tasks.ts"
import type { View } from "./View.ts"

/** The canvas with the part of the trace that the view shows. */
export class Timeline {
  chosen: Task | undefined = undefined
  /** Each slice has a 1 if its task was looked for. Empty if nothing was. */
  matches: Uint8Array = new Uint8Array()
  private readonly canvas: HTMLCanvasElement
  private readonly context: CanvasRenderingContext2D
  private readonly tasks: Tasks
  private readonly view: View
  private readonly layout: Layout
  /** The number of waiting tasks of each group, over time. */
  private readonly depths: ReadonlyArray<Depth | undefined>
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
    this.layout = new Layout(tasks.model)
  }

  /** How far down the view can be. */
  get maxTop(): number {
    return Math.max(0, this.layout.height - this.shownHeight)
  }

  private get shownHeight(): number {
    return this.canvas.clientHeight - axis
  }

  /** The task at a point of the canvas. */
  at(x: number, y: number): Task | undefined {
    const row = this.layout.rowAt(y - axis + this.view.top)
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
    const row = this.layout.rowOf(task.lane) ?? this.layout.rowOfGroup(task.group)
    if (row === undefined) return
    const { maxTop, shownHeight, view } = this
    if (row.top < view.top || row.top + row.height > view.top + shownHeight) {
      view.top = Math.min(maxTop, Math.max(0, row.top - shownHeight / 2))
    }
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

  private paint(): void {
    this.prepareCanvas()
    const { chosen, context, layout, matches, tasks, view } = this
    const picture = new Picture(context, { chosen, layout, matches, tasks, view })
    this.width = picture.timeWidth
    for (const row of layout.rows) {
      const top = picture.y(row.top)
      if (top + row.height < axis || top > picture.height) continue
      if (row.kind === "group") paintGroup(picture, row, this.depths[row.index])
      else paintLane(picture, row)
    }
    paintArrows(picture)
    paintAxis(picture)
  }

  private prepareCanvas(): void {
    const { canvas, context } = this
    const ratio = window.devicePixelRatio
    const [width, height] = [canvas.clientWidth, canvas.clientHeight]
    if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio)
    if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio)
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    context.clearRect(0, 0, width, height)
    context.font = "11px system-ui, sans-serif"
    context.textBaseline = "middle"
  }
}
