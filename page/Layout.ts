import type { TraceModel } from "../src/internal/trace/TraceModel.ts"

const laneHeight = 20
const waitHeight = 5
const groupHeight = 42
const gap = 8
/** The most lines of waiting tasks for each executor: the curve above them tells of all. */
const mostWaits = 24

/** A line of the picture. */
export interface Row {
  readonly kind: "group" | "lane" | "wait"
  /** In pixels, from the top of the first line. */
  readonly top: number
  readonly height: number
  /** The place of the lane, or of the group. */
  readonly index: number
}

/** The lines of the picture: for each executor its name, its waiting tasks and its workers. */
export class Layout {
  readonly rows: ReadonlyArray<Row>
  readonly height: number

  constructor({ groups, lanes }: Pick<TraceModel, "groups" | "lanes">) {
    const rows: Array<Row> = []
    let top = 0
    const add = (kind: Row["kind"], height: number, index: number) => {
      rows.push({ kind, top, height, index })
      top += height
    }
    for (const group of groups.keys()) {
      const own = Array.from(lanes.entries()).filter(([, lane]) => lane.group === group)
      add("group", groupHeight, group)
      for (const [index] of own.filter(([, lane]) => lane.isWaiting).slice(0, mostWaits)) add("wait", waitHeight, index)
      for (const [index] of own.filter(([, lane]) => !lane.isWaiting)) add("lane", laneHeight, index)
      top += gap
    }
    this.rows = rows
    this.height = top
  }

  /** The line of a lane. A lane of waiting tasks may have none. */
  rowOf(lane: number): Row | undefined {
    return this.rows.find(({ index, kind }) => kind !== "group" && index === lane)
  }

  rowOfGroup(group: number): Row | undefined {
    return this.rows.find(({ index, kind }) => kind === "group" && index === group)
  }

  rowAt(y: number): Row | undefined {
    return this.rows.find(({ height, top }) => y >= top && y < top + height)
  }
}
