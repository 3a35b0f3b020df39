import { move } from "piscina"
import type { Bytes } from "../functions.ts"

export const transfer = (bytes: Bytes): unknown => move(bytes)
