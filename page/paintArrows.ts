import { gutter, type Picture } from "./Picture.ts"

/** The arrows from and to the chosen task, and its wait as a dashed line. */
export const paintArrows = (picture: Picture): void => {
  const { chosen, context, tasks, theme } = picture
  if (chosen === undefined) return
  const { from: origins, to: targets } = tasks.model.arrows
  context.strokeStyle = context.fillStyle = theme.text
  context.lineWidth = 1
  for (let i = 0; i < origins.length; i++) {
    const [from, to] = [origins[i]!, targets[i]!]
    if (from === chosen.index || to === chosen.index) paintArrow(picture, from, to)
  }
  if (!chosen.hasRun || chosen.waited === 0) return
  const y = middleOf(picture, chosen.lane)
  if (y === undefined) return
  context.setLineDash([3, 3])
  context.beginPath()
  context.moveTo(Math.max(gutter, picture.x(chosen.start - chosen.waited)), y)
  context.lineTo(picture.x(chosen.start), y)
  context.stroke()
  context.setLineDash([])
}

const paintArrow = (picture: Picture, from: number, to: number): void => {
  const { context } = picture
  const { duration, lane, start } = picture.tasks.slices
  const [y1, y2] = [middleOf(picture, lane[from]!), middleOf(picture, lane[to]!)]
  if (y1 === undefined || y2 === undefined) return
  const x1 = Math.max(gutter, picture.x(start[from]! + duration[from]!))
  const x2 = Math.max(gutter, picture.x(start[to]!))
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

const middleOf = (picture: Picture, lane: number): number | undefined => {
  const row = picture.layout.rowOf(lane)
  return row === undefined ? undefined : picture.y(row.top) + row.height / 2
}
