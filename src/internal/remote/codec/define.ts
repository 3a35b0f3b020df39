/** Gives an object a property, even one whose name has a meaning in an assignment. */
export const define = (to: object, key: string, value: unknown, enumerable = true): void => {
  Object.defineProperty(to, key, { value, configurable: true, enumerable, writable: true })
}
