// SEAM: to be replaced by the codec's JSON form.
const v8 = globalThis.process.getBuiltinModule("node:v8")

export const writeText = (value: unknown): string => JSON.stringify(v8.serialize(value).toString("base64"))

export const readText = (text: string): unknown => v8.deserialize(Buffer.from(JSON.parse(text) as string, "base64"))
