// In place of `src/internal/timers.ts`, for tests that move the time that threads and processes live by:
// `vi.mock("../../src/internal/timers.ts", () => import("../support/globalTimers.ts"))`.

export const setTimeout = (f: () => void, millis?: number) => globalThis.setTimeout(f, millis)
export const setInterval = (f: () => void, millis?: number) => globalThis.setInterval(f, millis)
export const setImmediate = (f: () => void) => globalThis.setImmediate(f)
export const clearTimeout = (timer: NodeJS.Timeout) => globalThis.clearTimeout(timer)
export const clearInterval = (timer: NodeJS.Timeout) => globalThis.clearInterval(timer)
export const clearImmediate = (timer: NodeJS.Immediate) => globalThis.clearImmediate(timer)
export const performance = { now: () => globalThis.performance.now() }
