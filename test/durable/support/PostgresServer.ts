import { spawn, spawnSync, type ChildProcess } from "node:child_process"
import * as fs from "node:fs"
import * as net from "node:net"
import * as os from "node:os"
import * as path from "node:path"

/** Where Debian and others put what is not for everybody's path. */
const folders = (): ReadonlyArray<string> => {
  const versions = "/usr/lib/postgresql"
  const known = fs.existsSync(versions)
    ? fs.readdirSync(versions).map((version) => path.join(versions, version, "bin"))
    : []
  return [...(process.env["PATH"] ?? "").split(path.delimiter), ...known]
}

const binary = (name: string): string | undefined =>
  folders()
    .map((folder) => path.join(folder, name))
    .find((file) => fs.existsSync(file))

/** Whether tests have to do without Postgres, as this machine has none. They say so, and in CI they fail. */
export const isWithoutPostgres = (): boolean => {
  const missing = ["initdb", "postgres", "psql"].filter((name) => binary(name) === undefined)
  if (missing.length === 0) return false
  const reason = `there is no Postgres on this machine (${missing.join(", ")}): scripts/ensure-postgres installs it`
  if (process.env["CI"] !== undefined) throw new Error(reason)
  console.warn(`Not on Postgres: ${reason}`)
  return true
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })

/** Postgres refuses to run as root. */
const owner = (): { readonly uid?: number; readonly gid?: number } => {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(spawnSync("id", [flag, "postgres"]).stdout.toString())
  const uid = id("-u")
  return uid > 0 ? { uid, gid: id("-g") } : { uid: 65534, gid: 65534 }
}

/** A server of its own for a test file, in a folder of its own, which can be stopped and started like a machine. */
export class PostgresServer {
  readonly url: string
  private readonly folder: string
  private readonly port: number
  private process: ChildProcess | undefined = undefined

  private constructor(folder: string, port: number) {
    this.folder = folder
    this.port = port
    this.url = `postgres://tests@127.0.0.1:${port}/postgres`
  }

  get pid(): number | undefined {
    return this.process?.pid
  }

  static async make(): Promise<PostgresServer> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "effect-futures-postgres-"))
    const { gid, uid } = owner()
    if (uid !== undefined && gid !== undefined) fs.chownSync(folder, uid, gid)
    const data = path.join(folder, "data")
    const options = ["-D", data, "-U", "tests", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C"]
    const made = spawnSync(binary("initdb")!, options, { ...owner(), cwd: folder })
    if (made.status !== 0) throw new Error(`initdb failed:\n${made.stderr.toString()}${String(made.error ?? "")}`)
    const server = new PostgresServer(folder, await freePort())
    await server.start()
    return server
  }

  async start(): Promise<void> {
    const settings = [
      "listen_addresses=127.0.0.1",
      "unix_socket_directories=",
      `port=${this.port}`,
      "max_connections=200"
    ]
    const args = ["-D", path.join(this.folder, "data"), ...settings.flatMap((setting) => ["-c", setting])]
    const child = spawn(binary("postgres")!, args, {
      ...owner(),
      cwd: this.folder,
      stdio: ["ignore", "ignore", "pipe"]
    })
    this.process = child
    let log = ""
    await new Promise<void>((resolve, reject) => {
      child.stderr!.on("data", (text) => {
        log += String(text)
        if (log.includes("ready to accept connections")) resolve()
      })
      child.once("exit", (code) => reject(new Error(`Postgres ended with ${code}:\n${log}`)))
    })
  }

  /** As a machine goes down: without waiting for anybody. */
  async stop(signal: "SIGINT" | "SIGQUIT" = "SIGINT"): Promise<void> {
    const child = this.process
    if (child === undefined) return
    this.process = undefined
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()))
    child.kill(signal)
    await ended
  }

  async remove(): Promise<void> {
    await this.stop("SIGQUIT")
    fs.rmSync(this.folder, { recursive: true, force: true })
  }

  /** A database of its own, so that one test sees nothing of another. */
  database(name: string): string {
    const made = spawnSync(binary("psql")!, [this.url, "-qc", `CREATE DATABASE "${name}"`])
    if (made.status !== 0) throw new Error(`CREATE DATABASE failed: ${made.stderr.toString()}`)
    return this.url.replace(/postgres$/, name)
  }
}
