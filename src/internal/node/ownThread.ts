/** A part of the start data of each thread of this library. By it, a thread is known before its file runs. */
export const ownThread = { owner: "effect-futures" } as const
