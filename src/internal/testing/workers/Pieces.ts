import type { RoundPart } from "../strategies/BoundedSearch.ts"
import type { PartResult } from "./searches.ts"

/** A part of a round that a worker tries, or will try. */
export interface Piece {
  readonly part: RoundPart
  isTaken: boolean
  result: PartResult | undefined
}

/**
 * The parts of a round, in their order. If a part has taken its number of steps, it is cut off there, and its rest is added as new parts after
 * it. So no worker has a long part at the end.
 */
export class Pieces {
  private readonly line: Array<Piece>

  constructor(parts: ReadonlyArray<RoundPart>) {
    this.line = parts.map(pieceOf)
  }

  get isEmpty(): boolean {
    return this.line.length === 0
  }

  /** Takes the first free part, unless the parts before it have enough schedules. */
  take(wanted: number): Piece | undefined {
    let before = 0
    for (const piece of this.line) {
      if (before > 0 && before >= wanted) return undefined
      before += piece.result?.schedules ?? 0
      if (piece.isTaken) continue
      piece.isTaken = true
      return piece
    }
    return undefined
  }

  /** Makes the part free again. */
  giveBack(piece: Piece): void {
    piece.isTaken = false
  }

  /** Records the result of a part. */
  settle(piece: Piece, result: PartResult): void {
    piece.result = result
    this.line.splice(this.line.indexOf(piece) + 1, 0, ...result.rest.map(pieceOf))
  }

  /** Removes the first part, with its result, if it is done. */
  shift(): (Piece & { readonly result: PartResult }) | undefined {
    const [first] = this.line
    if (first?.result === undefined) return undefined
    this.line.shift()
    return { ...first, result: first.result }
  }
}

const pieceOf = (part: RoundPart): Piece => ({ part, isTaken: false, result: undefined })
