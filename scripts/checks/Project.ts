import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { packTarball } from "../packTarball.ts"
import { root } from "../root.ts"
import { run } from "../run.ts"

interface PackageJson {
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>
  readonly devDependencies: Readonly<Record<string, string>>
}

const manifest = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as PackageJson

const developedWith = (name: string): string => {
  const version = manifest.devDependencies[name]
  if (version === undefined) throw new Error(`${name} is not among the devDependencies`)
  return version
}

/** The peers that a user must have, in the versions that this project is developed with. */
const requiredPeers = (): ReadonlyArray<string> =>
  Object.keys(manifest.peerDependencies)
    .filter((name) => manifest.peerDependenciesMeta[name]?.optional !== true)
    .map((name) => `${name}@${developedWith(name)}`)

/** A tool that is installed here, as a program. */
export const tool = (name: string): string => path.join(root, "node_modules/.bin", name)

/** The limit for a program, in milliseconds: one that hangs is killed, and fails. */
const patience = 120_000

/** A user's folder, with the packed package installed in it and nothing but the peers that are not optional. */
export class Project {
  readonly folder: string
  private readonly tarball: string

  private constructor(folder: string, tarball: string) {
    this.folder = folder
    this.tarball = tarball
  }

  static install(folder: string): Project {
    const tarball = packTarball(folder)
    const project = path.join(folder, "app")
    fs.mkdirSync(project)
    fs.writeFileSync(path.join(project, "package.json"), JSON.stringify({ name: "app", type: "module" }))
    const install = ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"]
    run("npm", [...install, tarball, ...requiredPeers()], project)
    return new Project(project, tarball)
  }

  /** The versions to install: the packed tarball of this package, and of others the one that it is developed with. */
  installed(names: ReadonlyArray<string>): ReadonlyArray<string> {
    return names.map((name) => (name === "effect-futures" ? this.tarball : `${name}@${developedWith(name)}`))
  }

  /** A folder with what is in `consumer/`'s folders of these names, as far as there are such. */
  copy(name: string, from: ReadonlyArray<string>): string {
    const folder = path.join(this.folder, name)
    fs.mkdirSync(folder)
    for (const each of from) {
      const source = path.join(root, "scripts/consumer", each)
      if (fs.existsSync(source)) fs.cpSync(source, folder, { recursive: true })
    }
    return folder
  }

  /** A folder beside this, in which some of the packages can be imported that are installed here. */
  withPackages(name: string, from: string, packages: ReadonlyArray<string>): string {
    const folder = path.join(path.dirname(this.folder), name)
    fs.cpSync(path.join(root, "scripts/consumer", from), folder, { recursive: true })
    fs.mkdirSync(path.join(folder, "node_modules"))
    fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ name, type: "module" }))
    const link = (target: string, as: string) =>
      fs.symlinkSync(path.join(target, "node_modules", as), path.join(folder, "node_modules", as))
    for (const each of ["effect", "effect-futures"]) link(this.folder, each)
    for (const each of packages) link(root, each)
    return folder
  }
}

/** The stdout of a program. Throws, with all it has printed, if it fails or does not end. */
export const outputOf = (command: string, args: ReadonlyArray<string>, cwd: string): string => {
  const { error, signal, status, stderr, stdout } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    timeout: patience,
    killSignal: "SIGKILL",
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"]
  })
  if (status === 0) return stdout
  const how = error?.message ?? (signal === null ? `exited with ${status}` : `was killed by ${signal}`)
  throw new Error(`${command} ${args.join(" ")} ${how}\n${stdout}${stderr}`)
}

export const expectLines = (what: string, output: string, expected: ReadonlyArray<string | RegExp>): void => {
  const lines = output.trimEnd().split("\n")
  const fits = expected.every((each, i) => (typeof each === "string" ? lines[i] === each : each.test(lines[i] ?? "")))
  if (fits && lines.length === expected.length) return
  throw new Error(`${what} printed\n${output}\ninstead of\n${expected.join("\n")}`)
}
