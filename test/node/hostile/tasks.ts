import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as fs from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import { bareFrame, encodeFrame } from "../../../src/internal/node/process/encoding.ts"
import { headerSize, readHeader, writeHeader } from "../../../src/internal/node/process/Frame.ts"
import { Kind } from "../../../src/internal/remote/protocol.ts"
import * as Task from "../../../src/Task.ts"

/** Where a worker process writes its replies. */
const replies = 4

/** A few bytes that claim to be four billion items. */
export const sparse = (): Array<unknown> => {
  const array: Array<unknown> = []
  array.length = 4_000_000_000
  return array
}

const writeAll = (bytes: Uint8Array): void => {
  for (let at = 0; at < bytes.length;) at += fs.writeSync(replies, bytes, at)
}

/** Writes a header that announces more than there is. */
const announce = (kind: number, length: number): void => {
  // Only its length is asked for, and sixteen bytes are written.
  const frame = new Proxy(Buffer.alloc(headerSize), {
    get: (target, key) => {
      if (key === "length") return length + headerSize
      const value: unknown = Reflect.get(target, key)
      return typeof value === "function" ? value.bind(target) : value
    }
  })
  writeHeader(frame, kind, 1, 0, 0)
  const header = Buffer.alloc(headerSize)
  for (let i = 0; i < headerSize; i++) header[i] = frame[i]!
  writeAll(header)
}

/** Replaces the replies of this worker from now on. */
const replaceReplies = (payload: unknown): void => {
  const { writeSync } = fs
  const replace = (fd: number, bytes: Buffer, ...more: ReadonlyArray<never>) => {
    const header = fd === replies && bytes.length >= headerSize ? readHeader(bytes, 0) : undefined
    if (header?.kind !== Kind.reply) return writeSync(fd, bytes, ...more)
    writeSync(fd, encodeFrame(Kind.reply, payload, header.id))
    return bytes.length
  }
  Object.assign(process.getBuiltinModule("node:fs"), { writeSync: replace })
  syncBuiltinESMExports()
}

/** Sends so many elements that nobody has asked for with the next elements that are asked for. */
const sendTooMany = (count: number): void => {
  const flood = Array.from({ length: count }, (_, i) => i)
  const { writeSync } = fs
  const replace = (fd: number, bytes: Buffer, ...more: ReadonlyArray<never>) => {
    const header = fd === replies && bytes.length >= headerSize ? readHeader(bytes, 0) : undefined
    if (header?.kind !== Kind.elements) return writeSync(fd, bytes, ...more)
    writeSync(fd, encodeFrame(Kind.elements, flood, header.id))
    return bytes.length
  }
  Object.assign(process.getBuiltinModule("node:fs"), { writeSync: replace })
  syncBuiltinESMExports()
}

/** Code that reads a stack in this worker gets something else from then on. */
const ownErrors = {
  "another Error": () => Object.assign(globalThis, { Error: function () {} }),
  "a prepareStackTrace that stays": () => Object.defineProperty(Error, "prepareStackTrace", { get() {}, set() {} }),
  "forged frames": () => {
    const captureStackTrace = (holder: object) => Object.assign(holder, { stack: { frames: [{}, null], count: 2 } })
    Object.assign(Error, { captureStackTrace })
  }
}

export const Hostile = Task.module(import.meta.url, {
  sendsTooMany: (count: number) =>
    Stream.suspend(() => {
      sendTooMany(count)
      return Stream.make(1)
    }),
  /** Elements of a call that is none of a stream. */
  sendsElements: () => {
    const { writeSync } = fs
    const replace = (fd: number, bytes: Buffer, ...more: ReadonlyArray<never>) => {
      const header = fd === replies && bytes.length >= headerSize ? readHeader(bytes, 0) : undefined
      if (header?.kind === Kind.reply) writeSync(fd, encodeFrame(Kind.elements, [1], header.id))
      return writeSync(fd, bytes, ...more)
    }
    Object.assign(process.getBuiltinModule("node:fs"), { writeSync: replace })
    syncBuiltinESMExports()
  },
  sparseElements: () => Stream.make(sparse()),
  reportsSparse: () => {
    Task.report(sparse())
  },
  reportsMuch: (count: number, length: number) => {
    const report = "x".repeat(length)
    for (let i = 0; i < count; i++) Task.report(report)
  },
  pid: () => process.pid,
  later: () => Effect.as(Effect.sleep(50), "later"),
  never: () => Effect.never,

  // For threads and processes.
  spinsWithOwnError: (how: keyof typeof ownErrors) => {
    ownErrors[how]()
    for (;;) {}
  },
  returnsSparse: () => ({ sparse: sparse() }),
  failsWithSparse: () => Effect.fail({ _tag: "Sparse", sparse: sparse() }),
  throwsSparse: () => {
    setTimeout(() => {
      throw sparse()
    }, 1)
    return new Promise<never>(() => {})
  },
  logsMuch: (count: number, length: number) =>
    Effect.replicateEffect(Effect.logInfo("x".repeat(length)), count, { discard: true }),
  beginsSpans: (count: number) => Effect.replicateEffect(Effect.makeSpan("left open"), count, { discard: true }),

  // For processes.
  bytes: (length: number) => new Uint8Array(length),
  length: (bytes: Uint8Array) => bytes.length,
  repliesSparse: () => {
    replaceReplies([undefined, { reasons: sparse(), specials: [] }])
  },
  repliesNoReply: () => {
    replaceReplies(sparse())
  },
  saysSparse: () => {
    const content = { value: { message: sparse(), annotations: {} }, specials: sparse() }
    writeAll(encodeFrame(Kind.message, { _tag: "Log", of: {}, level: "Info", content, logSpans: sparse() }))
    return "said"
  },
  lastSparse: () => {
    writeAll(encodeFrame(Kind.lastWords, sparse()))
    process.exit(3)
  },
  forges: () => {
    for (let id = 1; id < 10_000; id++) writeAll(encodeFrame(Kind.reply, ["FORGED"], id))
    return new Promise<never>(() => {})
  },
  announces: (length: number) => {
    announce(Kind.reply, length)
    return new Promise<never>(() => {})
  },
  announcesMessage: (length: number) => {
    announce(Kind.message, length)
    return new Promise<never>(() => {})
  },
  floods: (count: number) => {
    const words = Buffer.concat(Array.from({ length: 4096 }, () => bareFrame(Kind.pong, 1)))
    for (let i = 0; i < count; i++) writeAll(words)
    return "flooded"
  }
})
