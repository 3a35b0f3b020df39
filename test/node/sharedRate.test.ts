import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import * as path from "node:path"
import { promisify } from "node:util"
import { RedisServer } from "../../bench/durable/RedisServer.ts"
import { freePort } from "../durable/support/PostgresServer.ts"

/** Whether tests have to do without Redis, as this machine has none. They say so, and in CI they fail. */
const isWithoutRedis = (): boolean => {
  if (RedisServer.isThere()) return false
  const reason = "there is no redis-server on this machine: scripts/ensure-redis installs it"
  if (process.env["CI"] !== undefined) throw new Error(reason)
  console.warn(`Not on Redis: ${reason}`)
  return true
}

const program = path.join(import.meta.dirname, "sharedRate", "program.ts")
const flags = ["--conditions=effect-futures-source", "--disable-warning=ExperimentalWarning"]

interface Counts {
  readonly begun: number
  readonly pending: number
  readonly running: number
}

describe.skipIf(isWithoutRedis())("a rate whose limiter counts in Redis", () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await RedisServer.make(await freePort())
  })
  afterAll(() => server.remove())

  const run = async (): Promise<Counts> => {
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, program, server.url])
    return JSON.parse(stdout) as Counts
  }

  it("is one limit for executors in several processes, whose other tasks wait without a worker", async () => {
    const counts = await Promise.all([run(), run()])
    assert.strictEqual(counts[0].begun + counts[1].begun, 4)
    for (const { begun, pending, running } of counts) assert.deepStrictEqual([pending, running], [8 - begun, 0])
    assert.deepStrictEqual(await run(), { begun: 0, pending: 8, running: 0 })
  })
})
