import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { freePort, PostgresServer } from "../../test/durable/support/PostgresServer.ts"
import type { Contender } from "./Contender.ts"
import { RedisServer } from "./RedisServer.ts"

/** Where contenders keep their tasks: a database of its own for each that asks. */
export class Servers {
  private readonly postgres: PostgresServer
  private readonly redis: RedisServer | undefined
  private readonly folder: string
  private made = 0

  private constructor(postgres: PostgresServer, redis: RedisServer | undefined) {
    this.postgres = postgres
    this.redis = redis
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), "bench-durable-"))
  }

  static async make(): Promise<Servers> {
    const redis = RedisServer.isThere() ? await RedisServer.make(await freePort()) : undefined
    if (redis === undefined) console.log("Without BullMQ: there is no redis-server on this machine.\n")
    return new Servers(await PostgresServer.make(), redis)
  }

  has({ server }: Contender): boolean {
    return server !== "redis" || this.redis !== undefined
  }

  /** A database that nobody has used. In Redis all share one, and have queues of their own. */
  database({ server }: Contender): { readonly url: string; readonly queue: string; readonly pid: number | undefined } {
    const queue = `bench-${++this.made}`
    if (server === "file") return { url: path.join(this.folder, `${queue}.db`), queue, pid: undefined }
    if (server === "redis") return { url: this.redis?.url ?? "", queue, pid: this.redis?.pid }
    return { url: this.postgres.database(queue), queue, pid: this.postgres.pid }
  }

  async remove(): Promise<void> {
    await this.postgres.remove()
    await this.redis?.remove()
    fs.rmSync(this.folder, { recursive: true, force: true })
  }
}
