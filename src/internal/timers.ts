// The timers of the runtime, saved when this file is loaded. Tests replace the global ones (`vi.useFakeTimers`) to move the program's time,
// but threads and processes use real time.

export const { clearImmediate, clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } = globalThis

export const performance: { readonly now: () => number } = {
  now: globalThis.performance.now.bind(globalThis.performance)
}
