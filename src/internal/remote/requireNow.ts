interface NodeModule {
  createRequire(url: string): (specifier: string) => unknown
}

/**
 * Loads a module of this library synchronously, for parts that most workers never need. `from` is the URL of the calling module. Only for
 * workers, which exist on Node.js, Bun and Deno.
 */
export const requireNow = (from: string, module: string): object => {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } }
  const node = process?.getBuiltinModule?.("node:module") as NodeModule | undefined
  if (node === undefined) throw new Error(`${module} cannot be loaded at once: this runtime has no node:module`)
  const extension = /\.\w+$/.exec(from)?.[0] ?? ".js"
  return node.createRequire(from)(module + extension) as object
}
