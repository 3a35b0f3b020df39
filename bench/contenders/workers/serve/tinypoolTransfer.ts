import { Tinypool } from "tinypool"
import type { Bytes } from "../functions.ts"

export const transfer = (bytes: Bytes): unknown => Tinypool.move(bytes)
