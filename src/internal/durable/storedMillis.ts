/** For databases, for ever means some thousand years: later times are no dates, and longer ones overflow. */
const longest = 1e14

/** A duration in whole milliseconds, as the database counts. */
export const storedMillis = (millis: number): number => Math.min(Math.ceil(millis), longest)
