/** Counts, and says how far it has got and whether it was told to stop. */
export const counting = () => {
  const counter = { taken: 0, stopped: 0, [Symbol.iterator]: () => iterator }
  const iterator: Iterator<number, undefined> = {
    next: () => ({ done: false, value: ++counter.taken }),
    return: () => {
      counter.stopped++
      return { done: true, value: undefined }
    }
  }
  return counter
}
