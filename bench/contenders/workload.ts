/** How many tasks run at a time. */
export const lanes = 8

/** A timeout that never strikes. */
export const timeoutMillis = 60_000

/** A timeout that is longer still. */
export const never = 86_400_000

/** The work of every task: as little as a promise can do. */
export const work = (i: number): Promise<number> => Promise.resolve(i)

/** Keeps the lanes busy until it is opened, so that what is submitted meanwhile waits. */
export const makeGate = (): { readonly opened: Promise<void>; readonly open: () => void } => {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { opened: promise, open: () => resolve() }
}
