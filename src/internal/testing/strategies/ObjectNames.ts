import type { FiberState } from "../FiberState.ts"

/** Names of objects that other schedules give them too: by who made them, at which of its steps. */
export class ObjectNames {
  private names = new WeakMap<object, number>()

  /** Another schedule has other objects. */
  begin(): void {
    this.names = new WeakMap()
  }

  /** The object's name, given by who has just made it or comes upon it first. */
  nameOf(object: object, finder: FiberState): number {
    let name = this.names.get(object)
    if (name === undefined) this.names.set(object, (name = finder.nameNext()))
    return name
  }
}
