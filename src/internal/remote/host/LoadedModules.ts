import type { TaskFunction } from "../../task/TaskFunction.ts"
import { findTaskFunction } from "../../task/taskModule.ts"
import { type SchemaCodecs, schemaCodecsOf, whenEncodable } from "../codec/FunctionCodecs.ts"
import { importMarked } from "./importing.ts"

/** A function that can be called at once. */
export interface LoadedFunction {
  readonly fn: TaskFunction
  readonly schemas: SchemaCodecs | undefined
  /** Whether it has been called. */
  wasCalled: boolean
}

/** Why a function cannot be called. */
interface LoadFailure {
  readonly reason: unknown
}

type Loaded = LoadedFunction | LoadFailure

// The import was abandoned between `load` and `find`.
const notLoaded: LoadFailure = { reason: new Error("its import was stopped by force") }

/** The files that a worker has imported, each once, and the functions found in them. */
export class LoadedModules {
  private readonly modules = new Map<string, Promise<object>>()
  /** The exports of imported files. */
  private readonly exports = new Map<string, object>()
  private readonly functions = new Map<string, Map<string, Loaded>>()
  // Files are imported one after the other, because it must be known which file starts an executor.
  private last: Promise<unknown> = Promise.resolve()
  /** Abandons the present import. */
  private abandon: (() => void) | undefined = undefined
  private readonly importFile: (url: string) => Promise<object>

  constructor(importFile: (url: string) => Promise<object>) {
    this.importFile = importFile
  }

  /** `undefined` if `find` will find the function, or why it cannot. Never rejects. */
  load(url: string, name: string): Promise<void> | undefined {
    if (this.functions.get(url)?.has(name) === true) return undefined
    const exports = this.exports.get(url)
    if (exports === undefined) return this.loadFirst(url, name)
    try {
      const fn = findTaskFunction(exports, url, name)
      if (whenEncodable(fn) !== undefined) return this.loadFirst(url, name)
      this.keep(url, name, { fn, schemas: schemaCodecsOf(fn), wasCalled: false })
    } catch (reason) {
      this.keep(url, name, { reason })
    }
    return undefined
  }

  /** A failure is final, because a file is not imported again. */
  private async loadFirst(url: string, name: string): Promise<void> {
    try {
      const fn = findTaskFunction(await this.module(url), url, name)
      await whenEncodable(fn)
      this.keep(url, name, { fn, schemas: schemaCodecsOf(fn), wasCalled: false })
    } catch (reason) {
      this.keep(url, name, { reason })
    }
  }

  /** Called after `load`. */
  find(url: string, name: string): Loaded {
    return this.functions.get(url)?.get(name) ?? notLoaded
  }

  private keep(url: string, name: string, loaded: Loaded): void {
    const known = this.functions.get(url)
    if (known === undefined) this.functions.set(url, new Map([[name, loaded]]))
    else known.set(name, loaded)
  }

  private module(url: string): Promise<object> {
    const known = this.modules.get(url)
    if (known !== undefined) return known
    const module = this.last.then(() => this.import(url))
    this.modules.set(url, module)
    this.last = module.catch(() => {})
    return module
  }

  private import(url: string): Promise<object> {
    const { promise, reject, resolve } = Promise.withResolvers<object>()
    this.abandon = () => reject(new Error("its import was stopped by force"))
    importMarked(url, this.importFile).then((exports) => {
      // The import may succeed after all, and then its failure must not stay.
      this.functions.delete(url)
      this.exports.set(url, exports)
      resolve(exports)
    }, reject)
    return promise.finally(() => (this.abandon = undefined))
  }

  /**
   * Code was cut off by force. If it belonged to a file that was being imported, that import never ends, and the runtime will not import
   * the file again. Then the result is `false`.
   */
  afterCut(): boolean {
    const isWhole = this.abandon === undefined
    this.abandon?.()
    return isWhole
  }
}
