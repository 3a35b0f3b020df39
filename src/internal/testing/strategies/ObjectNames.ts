import type { FiberState } from "../FiberState.ts"

/** Names of objects that are the same in other schedules: which fiber made it, at which of its steps. */
export class ObjectNames {
  private names = new WeakMap<object, number>()

  /** Another schedule has other objects. */
  begin(): void {
    this.names = new WeakMap()
  }

  /** The name of the object, given by the fiber that has made it or first uses it. */
  nameOf(object: object, finder: FiberState): number {
    let name = this.names.get(object)
    if (name === undefined) this.names.set(object, (name = finder.nameNext()))
    return name
  }
}
