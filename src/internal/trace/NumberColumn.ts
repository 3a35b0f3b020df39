/** Numbers from 0 on, each in as many bytes as the greatest one needs. */
export type NumberColumn =
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>

/** The shape of a column, by which it is found among the joined bytes. */
export type ColumnShape = readonly [bytesOfNumber: 1 | 2 | 4 | 8, length: number]

/** The numbers in the smallest array that holds them. */
export const columnOf = (numbers: ReadonlyArray<number>): NumberColumn => {
  let most = 0
  for (const number of numbers) if (number > most) most = number
  if (most < 2 ** 8) return Uint8Array.from(numbers)
  if (most < 2 ** 16) return Uint16Array.from(numbers)
  return most < 2 ** 32 ? Uint32Array.from(numbers) : Float64Array.from(numbers)
}

/** Joins columns. Each begins at a multiple of eight, as arrays of large numbers require. */
export const joinColumns = (columns: ReadonlyArray<NumberColumn>) => {
  const bytes = new Uint8Array(columns.reduce((sum, { byteLength }) => sum + inEights(byteLength), 0))
  let at = 0
  for (const { buffer, byteLength, byteOffset } of columns) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at)
    at += inEights(byteLength)
  }
  const shapes = columns.map(({ BYTES_PER_ELEMENT, length }): ColumnShape => [
    BYTES_PER_ELEMENT as ColumnShape[0],
    length
  ])
  return { bytes, shapes }
}

/** The columns that were joined. */
export const splitColumns = (bytes: ArrayBuffer, shapes: ReadonlyArray<ColumnShape>): ReadonlyArray<NumberColumn> => {
  let at = 0
  return shapes.map(([bytesOfNumber, length]) => {
    const start = at
    at += inEights(bytesOfNumber * length)
    return new arrays[bytesOfNumber](bytes, start, length)
  })
}

const arrays = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: Float64Array } as const

const inEights = (length: number): number => Math.ceil(length / 8) * 8
