/** `Predicate.hasProperty`, for modules that a worker loads at its start: with plain tasks it loads nothing of Effect. */
export const hasProperty = <Key extends PropertyKey>(u: unknown, key: Key): u is { readonly [_ in Key]: unknown } =>
  ((typeof u === "object" && u !== null) || typeof u === "function") && key in u
