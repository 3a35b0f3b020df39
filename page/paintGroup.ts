import type { Counter } from "../src/internal/trace/TraceModel.ts"
import { cut, inNumbers } from "./format.ts"
import type { Row } from "./Layout.ts"
import { gutter, type Picture } from "./Picture.ts"

/** The number of tasks that waited, over time, and the most there were. */
export interface Depth extends Counter {
  readonly most: number
}

export const withMost = (counter: Counter): Depth => {
  let most = 0
  for (const value of counter.values) if (value > most) most = value
  return { ...counter, most }
}

/** The name of an executor, and the depth of its queue as a curve. */
export const paintGroup = (picture: Picture, row: Row, depth: Depth | undefined): void => {
  const { context, theme } = picture
  const top = picture.y(row.top)
  context.fillStyle = theme.text
  context.font = "600 12px system-ui, sans-serif"
  context.fillText(cut(picture.tasks.model.groups[row.index]!, 22), 8, top + 14, gutter - 16)
  context.font = "11px system-ui, sans-serif"
  if (depth === undefined) return
  context.fillStyle = theme.faint
  context.fillText(`waiting, up to ${inNumbers(depth.most)}`, 8, top + 31)
  context.fillStyle = theme.wait
  paintCurve(picture, depth, top + row.height - 3, row.height - 8)
}

const paintCurve = (picture: Picture, { most, times, values }: Depth, base: number, height: number): void => {
  const { context, right } = picture
  const y = (value: number) => base - (value / Math.max(1, most)) * height
  context.beginPath()
  context.moveTo(gutter, base)
  let before = 0
  let lastX = -1
  let peak = 0
  for (let i = 0; i < times.length; i++) {
    const x = Math.min(Math.max(picture.x(times[i]!), gutter), right)
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
  context.lineTo(right, y(before))
  context.lineTo(right, base)
  context.fill()
}
