import { assert } from "@effect/vitest"
import { Equal, Hash, HashMap, HashSet, Option } from "effect"

/** Asserts that each of them is a key of its own in Effect's collections. */
export const areKeys = (things: ReadonlyArray<object>): void => {
  const set = HashSet.fromIterable(things)
  const map = HashMap.fromIterable(things.map((thing, index): [object, number] => [thing, index]))
  assert.strictEqual(HashSet.size(set), things.length)
  assert.strictEqual(HashMap.size(map), things.length)
  for (const [index, thing] of things.entries()) {
    assert.isTrue(HashSet.has(set, thing))
    assert.deepStrictEqual(HashMap.get(map, thing), Option.some(index))
    for (const other of things) assert.strictEqual(Equal.equals(thing, other), thing === other)
  }
}

/** Remembers its hash, and a set with it. The result fails if it is not that key any more. */
export const keyOf = (thing: object): (() => void) => {
  const hash = Hash.hash(thing)
  const set = HashSet.make(thing)
  return () => {
    assert.strictEqual(Hash.hash(thing), hash)
    assert.isTrue(HashSet.has(set, thing))
  }
}

/** All that is read of `thing` when it is hashed, and compared with `other`. */
export const readsOf = (thing: object, other: object): ReadonlyArray<PropertyKey> => {
  const reads = new Set<PropertyKey>()
  const watched = new Proxy(thing, {
    get: (target, key) => {
      reads.add(key)
      return Reflect.get(target, key)
    },
    ownKeys: (target) => {
      reads.add("its keys")
      return Reflect.ownKeys(target)
    }
  })
  assert.strictEqual(Hash.hash(watched), Hash.hash(watched))
  assert.isFalse(Equal.equals(watched, other))
  assert.isFalse(Equal.equals(other, watched))
  return [...reads]
}
