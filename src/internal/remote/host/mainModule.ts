let main: string | undefined

/** Called at the start of a worker. `url` is the file that the program was started with, which no worker may import. */
export const keepOutMainModule = (url: string | undefined): void => {
  main = url
}

export const isMainModule = (url: string): boolean => main !== undefined && url.replace(/[?#].*$/, "") === main
