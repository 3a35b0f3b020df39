/** The functions that the workers run. Piscina and Tinypool load this file as it is; the files in `serve/` offer it to others. */

export interface Pair {
  readonly a: number
  readonly b: number
}

/** As little as a task can do. */
export const add = ({ a, b }: Pair): number => a + b

/** Never ends. */
export const spin = (): never => {
  for (;;);
}

/** Computes, about a millisecond for 500,000 steps. */
export const compute = (steps: number): number => {
  let x = 1
  for (let i = 0; i < steps; i++) {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
  }
  return x
}

/** Keeps its worker for so many milliseconds, and tells from when to when, by the clock on the wall. */
export const hold = (millis: number): readonly [number, number] => {
  const from = Date.now()
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis)
  return [from, Date.now()]
}

/** Keeps its worker for ever, and lets its event loop go on. */
export const never = (): Promise<never> => new Promise(() => {})

export type Bytes = Uint8Array<ArrayBuffer>

/** Gives its argument back, as a copy. */
export const echo = (bytes: Bytes): Bytes => bytes
