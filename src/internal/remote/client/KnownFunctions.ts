import type { CallRequest } from "../Call.ts"
import type { KnownFunction } from "./Transport.ts"

/** The functions whose calls a worker has had. */
export class KnownFunctions {
  /** By URL and name. */
  private readonly byUrl = new Map<string, Map<string, KnownFunction>>()
  private count = 0

  of({ name, url }: CallRequest): KnownFunction {
    let names = this.byUrl.get(url)
    if (names === undefined) this.byUrl.set(url, (names = new Map()))
    let fn = names.get(name)
    if (fn === undefined) names.set(name, (fn = { number: ++this.count, url, name, isDefined: false, isWarm: false }))
    return fn
  }
}
