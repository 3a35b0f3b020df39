import { cut } from "./format.ts"
import type { Row } from "./Layout.ts"
import { gutter, type Picture } from "./Picture.ts"

const colours = ["#4e79a7", "#59a14f", "#b07aa1", "#9c755f", "#76b7b2", "#edc948", "#8cb369", "#af7ac5"]

/** The tasks of a worker, or a line of tasks that waited. */
export const paintLane = (picture: Picture, row: Row): void => {
  const { context, tasks, theme, view } = picture
  const top = picture.y(row.top)
  const lane = tasks.byLane[row.index]!
  if (row.kind === "lane") {
    context.fillStyle = theme.faint
    context.fillText(cut(tasks.model.lanes[row.index]!.name, 24), 16, top + row.height / 2)
  }
  const { duration: durations, start: starts } = tasks.slices
  let drawnTo = -1
  for (let i = tasks.firstVisible(lane, view.from); i < lane.length; i++) {
    const index = lane[i]!
    const start = starts[index]!
    if (start > view.to) break
    const right = Math.min(picture.right, picture.x(start + durations[index]!))
    if (right < gutter) continue
    // A single slice of many on a pixel is drawn; but what is looked for is always seen.
    if (right <= drawnTo && tasks.isBad[index] !== 1 && !isMarked(picture, index)) continue
    drawnTo = Math.max(drawnTo, Math.ceil(right))
    paintSlice(picture, row, top, index, Math.max(gutter, picture.x(start)), right)
  }
  context.globalAlpha = 1
}

/** Whether the slice was looked for, or is of the chosen task. */
const isMarked = ({ chosen, matches, tasks }: Picture, index: number): boolean =>
  matches[index] === 1 || tasks.slices.task[index] === chosen?.id

const paintSlice = (picture: Picture, row: Row, top: number, index: number, left: number, right: number): void => {
  const { context, matches, tasks, theme } = picture
  const height = row.height - (row.kind === "wait" ? 1 : 3)
  const isBad = tasks.isBad[index] === 1
  const marked = isMarked(picture, index)
  const isInner = tasks.slices.depth[index]! > 0
  const width = Math.max(1, right - left - (right - left > 4 ? 1 : 0))
  context.globalAlpha = matches.length > 0 && !isBad && !marked ? 0.25 : 1
  const colour = colours[tasks.model.lanes[row.index]!.group % colours.length]!
  context.fillStyle = isBad ? theme.bad : row.kind === "wait" ? theme.wait : isInner ? "#0006" : colour
  context.fillRect(left, isInner ? top + height - 5 : top, width, isInner ? 5 : height)
  if (tasks.isDeviation(index)) paintFlag(picture, left, top)
  if (marked) {
    context.strokeStyle = theme.text
    context.lineWidth = 2
    context.strokeRect(left - 1, top, width + 2, height)
  }
  if (row.kind === "lane" && !isInner && width > 40) {
    context.globalAlpha = 1
    context.fillStyle = "#fff"
    context.fillText(cut(tasks.name(index), Math.floor(width / 6)), left + 4, top + height / 2)
  }
}

/** The mark of a step at which a schedule differs from the usual one. */
const paintFlag = ({ context, theme }: Picture, left: number, top: number): void => {
  context.fillStyle = theme.wait
  context.beginPath()
  context.moveTo(left, top - 5)
  context.lineTo(left + 10, top - 5)
  context.lineTo(left, top + 8)
  context.fill()
}
