/**
 * `Predicate.hasProperty`, for modules that a worker loads at its start: with plain tasks it loads nothing of Effect. A Proxy that was
 * revoked, or whose trap throws, has none.
 */
export const hasProperty = <Key extends PropertyKey>(u: unknown, key: Key): u is { readonly [_ in Key]: unknown } => {
  if ((typeof u !== "object" || u === null) && typeof u !== "function") return false
  try {
    return key in u
  } catch {
    return false
  }
}
