// The timers of the runtime itself, as they were when this was loaded. Tests replace the global ones (`vi.useFakeTimers`) to
// move the program's time, and threads and processes live by the real one.

export const { clearImmediate, clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } = globalThis

export const performance: { readonly now: () => number } = {
  now: globalThis.performance.now.bind(globalThis.performance)
}
