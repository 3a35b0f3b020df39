/** The objects that an event uses, by their names: `true` for a change, `false` for a read. */
export type Footprint = Map<number, boolean>

/** Every event uses this, and an event whose order matters to all others changes it. Names are whole numbers, so this is not one. */
export const everything = 0.5

export const use = (footprint: Footprint, object: number, isChange: boolean): void => {
  if (isChange || !footprint.has(object)) footprint.set(object, isChange)
}

/** Whether the order of the two makes a difference. */
export const conflicts = (one: Footprint, other: Footprint): boolean => {
  const [small, large] = one.size <= other.size ? [one, other] : [other, one]
  for (const [object, isChange] of small) {
    const changes = large.get(object)
    if (changes !== undefined && (isChange || changes)) return true
  }
  return false
}
