interface Builtins {
  getBuiltinModule?(name: string): { readonly types?: { readonly isProxy?: (value: unknown) => boolean } } | undefined
}

/** Whether an object is a Proxy, where the runtime can tell: Node.js, Bun and Deno can, and browsers cannot. */
export const isProxy: (value: unknown) => boolean =
  (globalThis as { readonly process?: Builtins }).process?.getBuiltinModule?.("node:util")?.types?.isProxy ??
  (() => false)
