import { type ChildProcess, spawn } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { isWithoutPostgres, PostgresServer } from "../../test/durable/support/PostgresServer.ts"
import { root } from "../root.ts"
import { expectLines, outputOf, type Project } from "./Project.ts"

const guide = fs.readFileSync(path.join(root, "docs/durable.md"), "utf8")

/** The block of the guide whose first line has this name. */
const fromGuide = (name: string): string => {
  const block = guide.split("```").find((each) => each.includes(`\n// file: ${name}\n`))
  if (block === undefined) throw new Error(`docs/durable.md has no ${name}`)
  return block.slice(block.indexOf("\n") + 1)
}

/** The commands that the guide has a reader type first. */
const commands = (): ReadonlyArray<ReadonlyArray<string>> => {
  const [, block = ""] = guide.split("```sh\n")
  return block
    .slice(0, block.indexOf("```"))
    .trim()
    .split("\n")
    .map((line) => line.split(" "))
}

interface Database {
  /** The line with which the guide's programs get at the database. */
  readonly code: string
  readonly flags: ReadonlyArray<string>
}

const sqlite = 'layerSqlite({ filename: "tasks.db" })'

/** A folder in which somebody has done what the guide says, with a database that all have in common. */
class Machine {
  readonly folder: string

  constructor(project: Project, name: string) {
    this.folder = path.join(project.folder, "..", name)
    fs.mkdirSync(this.folder)
    for (const [npm = "", ...args] of commands()) {
      const packages = args[0] === "install" ? project.installed(args.slice(1)) : args.slice(1)
      outputOf(npm, [args[0]!, "--silent", ...packages], this.folder)
    }
  }

  install(project: Project, name: string): void {
    outputOf("npm", ["install", "--silent", ...project.installed([name])], this.folder)
  }

  write(file: string, database: Database, key = "cat-320"): void {
    const code = fromGuide(file).replaceAll(sqlite, database.code).replace("cat-320", key)
    fs.writeFileSync(path.join(this.folder, file), code)
  }

  output(command: string, ...args: ReadonlyArray<string>): string {
    return outputOf(command, args, this.folder)
  }

  start(file: string): ChildProcess {
    return spawn(process.execPath, [file], { cwd: this.folder, stdio: ["ignore", "inherit", "inherit"] })
  }
}

/** Runs the file while something else is done, and then ends it as a supervisor does. */
const during = async (workers: ReadonlyArray<Machine>, use: () => void): Promise<void> => {
  const children = workers.map((each) => each.start("worker.ts"))
  const ends = children.map((child) => new Promise<void>((resolve) => child.once("exit", () => resolve())))
  try {
    use()
    for (const child of children) child.kill("SIGTERM")
    await Promise.all(ends)
  } finally {
    for (const child of children) child.kill("SIGKILL")
  }
}

/** A machine submits and two work, each in a folder of its own, as the guide has it. */
const threeMachines = async (machines: ReadonlyArray<Machine>, database: Database): Promise<void> => {
  const [client, ...workers] = machines
  if (client === undefined) throw new Error("there is no machine that submits")
  for (const each of machines) each.write("images.ts", database)
  for (const each of workers) each.write("worker.ts", database)
  const submit = (key: string) => {
    client.write("submit.ts", database, key)
    expectLines("submit.ts", client.output(process.execPath, "submit.ts"), ["cat.png at 320"])
  }
  // Each machine is alone once, so it is known that both work.
  for (const [n, each] of workers.entries()) await during([each], () => submit(`cat-${n + 1}`))
  await during(workers, () => submit("cat-3"))
  const states = ["KEY", "cat-1", "cat-2", "cat-3"].map(
    (key, n) => new RegExp(`^${key} .* ${n === 0 ? "STATE" : "succeeded"} `)
  )
  expectLines("list", client.output("npx", "effect-futures", "list", ...database.flags), states)
}

/** The guide to durable tasks, followed in three empty folders: with a file, and with Postgres where there is one. */
export const durable = async (project: Project): Promise<void> => {
  const machines = ["client", "first", "second"].map((name) => new Machine(project, name))
  const filename = path.join(project.folder, "tasks.db")
  const code = `layerSqlite({ filename: ${JSON.stringify(filename)} })`
  await threeMachines(machines, { code, flags: ["--sqlite", filename] })
  if (isWithoutPostgres()) return
  const server = await PostgresServer.make()
  try {
    for (const each of machines) each.install(project, "@effect/sql-pg")
    const { url } = server
    await threeMachines(machines, {
      code: `layerPostgres({ url: ${JSON.stringify(url)} })`,
      flags: ["--postgres", url]
    })
  } finally {
    await server.remove()
  }
}
