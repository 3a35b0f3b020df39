interface NodeModule {
  createRequire(url: string): (specifier: string) => unknown
}

/**
 * Loads a module of this library at once, in the midst of whatever goes on: for parts that a worker may never need. `from` is the
 * URL of the module that needs it. Only for workers, which are where there is such a thing: Node.js, Bun and Deno.
 */
export const requireNow = (from: string, module: string): object => {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): unknown } }
  const node = process?.getBuiltinModule?.("node:module") as NodeModule | undefined
  if (node === undefined) throw new Error(`${module} cannot be loaded at once: this runtime has no node:module`)
  const extension = /\.\w+$/.exec(from)?.[0] ?? ".js"
  return node.createRequire(from)(module + extension) as object
}
