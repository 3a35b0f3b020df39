import workerpool from "workerpool"
import { add, type Bytes, compute, echo, hold, never, spin } from "../functions.ts"

const transfer = (bytes: Bytes): unknown => new workerpool.Transfer(bytes, [bytes.buffer])

workerpool.worker({ add, spin, compute, hold, echo, never, transfer })
