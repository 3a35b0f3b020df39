let main: string | undefined

/** For the entry of a worker: `url` is the file that the program was started with, which no worker may run. */
export const keepOutMainModule = (url: string | undefined): void => {
  main = url
}

export const isMainModule = (url: string): boolean => main !== undefined && url.replace(/[?#].*$/, "") === main
