import type { Layout } from "./Layout.ts"
import type { Task, Tasks } from "./Tasks.ts"
import type { View } from "./View.ts"

/** The width of the names at the left, and the height of the axis at the top, in pixels. */
export const gutter = 150
export const axis = 24

/** A picture that is being painted. */
export class Picture {
  readonly context: CanvasRenderingContext2D
  readonly tasks: Tasks
  readonly view: View
  readonly layout: Layout
  readonly chosen: Task | undefined
  readonly matches: Uint8Array
  readonly theme: Theme
  readonly width: number
  readonly height: number
  /** The width of the part that shows time. */
  readonly timeWidth: number

  constructor(
    context: CanvasRenderingContext2D,
    shown: Pick<Picture, "tasks" | "view" | "layout" | "chosen" | "matches">
  ) {
    const { canvas } = context
    this.context = context
    this.tasks = shown.tasks
    this.view = shown.view
    this.layout = shown.layout
    this.chosen = shown.chosen
    this.matches = shown.matches
    this.theme = themeOf(canvas)
    this.width = canvas.clientWidth
    this.height = canvas.clientHeight
    this.timeWidth = this.width - gutter
  }

  get right(): number {
    return gutter + this.timeWidth
  }

  /** Where a time is, in pixels from the left. */
  x(time: number): number {
    return gutter + ((time - this.view.from) / this.view.span) * this.timeWidth
  }

  /** Where a line begins, in pixels from the top. */
  y(top: number): number {
    return top + axis - this.view.top
  }
}

interface Theme {
  readonly back: string
  readonly text: string
  readonly faint: string
  readonly line: string
  readonly wait: string
  readonly bad: string
}

const themeOf = (canvas: HTMLCanvasElement): Theme => {
  const style = getComputedStyle(canvas)
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim()
  return {
    back: colour("back"),
    text: colour("text"),
    faint: colour("faint"),
    line: colour("line"),
    wait: colour("wait"),
    bad: colour("bad")
  }
}
