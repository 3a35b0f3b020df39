/** Whether structured clone takes the value. Costs as much as copying it. */
export const isCloneable = (value: unknown): boolean => {
  if (typeof value === "function" || typeof value === "symbol") return false
  if (typeof value !== "object" || value === null) return true
  try {
    structuredClone(value)
    return true
  } catch {
    return false
  }
}

// What is larger takes longer to look through than to find out the hard way.
const fewParts = 32

/** Whether it is known at a glance that structured clone takes the value; `false` only means that it is not known. */
export const surelyCloneable = (value: unknown): boolean => {
  if (isPlainPrimitive(value)) return true
  if (typeof value !== "object" || value === null) return false
  if (Array.isArray(value)) return value.length <= fewParts && value.every(isPlainPrimitive)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  const parts = Object.values(value)
  return parts.length <= fewParts && parts.every(isPlainPrimitive)
}

const isPlainPrimitive = (value: unknown): boolean => {
  switch (typeof value) {
    case "object":
      return value === null
    case "function":
    case "symbol":
      return false
    default:
      return true
  }
}
