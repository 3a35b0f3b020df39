import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

/** A Redis of its own, in a folder of its own, that writes its log to the disk every second. */
export class RedisServer {
  readonly url: string
  readonly pid: number
  private readonly child: ChildProcess
  private readonly folder: string

  private constructor(child: ChildProcess, folder: string, port: number) {
    this.child = child
    this.pid = child.pid ?? 0
    this.folder = folder
    this.url = `redis://127.0.0.1:${port}`
  }

  static isThere(): boolean {
    return spawnSync("redis-server", ["--version"]).status === 0
  }

  static async make(port: number): Promise<RedisServer> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bench-redis-"))
    const settings = { port, bind: "127.0.0.1", dir: folder, appendonly: "yes", appendfsync: "everysec", save: "" }
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
    const child = spawn("redis-server", args, { stdio: ["ignore", "pipe", "inherit"] })
    await new Promise<void>((resolve, reject) => {
      child.stdout.on("data", (text) => String(text).includes("Ready to accept connections") && resolve())
      child.once("exit", (code) => reject(new Error(`redis-server ended with ${code}`)))
    })
    return new RedisServer(child, folder, port)
  }

  async remove(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve))
    this.child.kill("SIGKILL")
    await ended
    fs.rmSync(this.folder, { recursive: true, force: true })
  }
}
