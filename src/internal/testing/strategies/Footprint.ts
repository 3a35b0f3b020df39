/** The objects that an event uses, by their names: `true` if it changes the object, `false` if it only looks at it. */
export type Footprint = Map<number, boolean>

/** Used by every event, and changed by one whose order matters to all others. No name, as names are whole numbers. */
export const everything = 0.5

export const use = (footprint: Footprint, object: number, isChange: boolean): void => {
  if (isChange || !footprint.has(object)) footprint.set(object, isChange)
}

/** Whether it makes a difference which of the two comes first. */
export const conflicts = (one: Footprint, other: Footprint): boolean => {
  const [small, large] = one.size <= other.size ? [one, other] : [other, one]
  for (const [object, isChange] of small) {
    const changes = large.get(object)
    if (changes !== undefined && (isChange || changes)) return true
  }
  return false
}
