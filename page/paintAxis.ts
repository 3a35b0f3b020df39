import { stepMicros } from "../src/internal/trace/TraceModel.ts"
import { inTime } from "./format.ts"
import { axis, type Picture } from "./Picture.ts"

/** The times at the top, or the numbers of steps, and a faint line down from each. */
export const paintAxis = (picture: Picture): void => {
  const { context, height, tasks, theme, timeWidth, view, width } = picture
  const { isSchedule } = tasks.model
  context.fillStyle = theme.back
  context.fillRect(0, 0, width, axis)
  const closest = view.span / Math.max(2, timeWidth / 110)
  const step = niceStep(isSchedule ? Math.max(stepMicros, closest) : closest)
  context.strokeStyle = theme.line
  context.fillStyle = theme.faint
  context.lineWidth = 1
  for (let time = Math.ceil(view.from / step) * step; time <= view.to; time += step) {
    const x = Math.round(picture.x(time)) + 0.5
    context.beginPath()
    context.moveTo(x, axis - 6)
    context.lineTo(x, height)
    context.globalAlpha = 0.4
    context.stroke()
    context.globalAlpha = 1
    context.fillText(isSchedule ? `step ${time / stepMicros + 1}` : inTime(time), x + 3, axis / 2)
  }
}

/** A round number that is no smaller: 1, 2 or 5 times a power of ten. */
const niceStep = (atLeast: number): number => {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, atLeast)))
  return power * ([1, 2, 5].find((factor) => factor * power >= atLeast) ?? 10)
}
