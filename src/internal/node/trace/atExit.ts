const functions = new Set<() => void>()

// A single listener, because Node.js warns of many.
const onExit = (): void => {
  for (const run of functions) run()
}

/** Calls a function when the process exits: at `process.exit`, at an error that nothing has caught, or when nothing is left to do. */
export const atExit = (run: () => void): { readonly forget: () => void } => {
  if (functions.size === 0) process.on("exit", onExit)
  functions.add(run)
  return {
    forget() {
      functions.delete(run)
      if (functions.size === 0) process.off("exit", onExit)
    }
  }
}
