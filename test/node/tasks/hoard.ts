import * as Task from "../../../src/Task.ts"

const hoard: Array<Uint8Array> = []

/** Tasks that leave something in the memory of their worker. */
export const Hoard = Task.module(import.meta.url, {
  keep: (bytes: number) => hoard.push(new Uint8Array(bytes).fill(1))
})
