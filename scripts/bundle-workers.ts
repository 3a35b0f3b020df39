/**
 * Part of the build: what worker threads and processes load at their start becomes a few files instead of some fifty, each of which takes
 * Node.js more than half a millisecond.
 *
 * The bundled files take the places of their entries in `dist`. The modules that went into them stay, as the program's side uses them:
 * a worker has copies of its own. What files of tasks import, as they import `Task`, must be there only once in a program: it becomes one
 * file, and its modules give what that has.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import { rolldown, type Plugin } from "rolldown"
import { lazyExports } from "../src/internal/node/lazyModules.ts"
import { root } from "./root.ts"

const dist = path.join(root, "dist")
const fileOf = (module: string) => path.join(dist, `${module}.js`)

/** The entries, by their places in `dist`: each is loaded by its URL. */
const entries = {
  "internal/node/thread/worker": "internal/node/thread/worker",
  "internal/node/process/worker": "internal/node/process/worker",
  "internal/remote/host/runner": "internal/remote/host/runner",
  "internal/remote/host/EffectCalls": "internal/remote/host/EffectCalls",
  // The copy of `effectTypesOf` looks for it at its side.
  "internal/remote/worker/effectTypes": "internal/remote/codec/effectTypes"
}

/** A file that is left out is imported by this name, until it is known where its importer stands. */
const marker = "dist:"
const outside = /"dist:([^"]+)"/g

const builtins = /^import (?:\{([^}]*)\} from )?"(node:\w+)";$/gm

/** Builtin modules are not imported as a namespace, because that loads parts of them, such as node:fs/promises. */
const takeBuiltins: Plugin = {
  name: "take builtins",
  renderChunk: (code, { fileName }) =>
    fileName.startsWith("internal/task/") || fileName === "Task.js"
      ? null
      : code.replaceAll(builtins, (_, names: string | undefined, module: string) =>
          names === undefined
            ? ""
            : `const {${names.replaceAll(" as ", ": ")}} = process.getBuiltinModule(${JSON.stringify(module)});`
        )
}

const leaveOut = (isOutside: (file: string) => boolean): Plugin => ({
  name: "leave out",
  resolveId: (source, importer) => {
    if (importer === undefined) return null
    if (!source.startsWith(".")) return { id: source, external: true }
    const id = path.resolve(path.dirname(importer), source)
    return isOutside(id) ? { id: marker + path.relative(dist, id).replaceAll(path.sep, "/"), external: true } : null
  },
  renderChunk: (code, { fileName }) =>
    code.replaceAll(outside, (_, file: string) => {
      const relative = path.posix.relative(path.posix.dirname(fileName), file)
      return JSON.stringify(relative.startsWith(".") ? relative : `./${relative}`)
    })
})

/** The files that a file of tasks imports with `Task`, each with its own imports. */
const filesOfTask = async (): Promise<ReadonlyMap<string, ReadonlyArray<string>>> => {
  const files = new Map<string, ReadonlyArray<string>>()
  const collect: Plugin = {
    name: "collect",
    moduleParsed: ({ id, importedIds }) => void files.set(id, importedIds)
  }
  const bundle = await rolldown({ input: fileOf("Task"), plugins: [leaveOut(() => false), collect] })
  await bundle.generate()
  await bundle.close()
  return files
}

const imports = await filesOfTask()
const lazy = new Set(Object.keys(lazyExports).map(fileOf))

const reaches = (file: string, isIt: (file: string) => boolean): boolean =>
  (imports.get(file) ?? []).some((imported) => isIt(imported) || reaches(imported, isIt))

/** The part of these that a worker really loads: the rest has stand-ins. */
const loaded = new Set<string>()
const load = (file: string): void => {
  if (!imports.has(file) || lazy.has(file) || loaded.has(file)) return
  loaded.add(file)
  for (const imported of imports.get(file)!) load(imported)
}
load(fileOf("Task"))

// The modules that have stand-ins import some of these. Those that import such modules stay apart, so that no circle comes of it.
const isApart = (file: string) => reaches(file, (imported) => lazy.has(imported) && imported !== fileOf("Errors"))
const isOutside = (file: string) =>
  file === fileOf("internal/node/lazyModules") || (imports.has(file) && !loaded.has(file))

const placeOf = (file: string) => path.relative(dist, file).replaceAll(path.sep, "/").replace(/\.js$/, "")
const places: ReadonlyArray<readonly [place: string, file: string]> = [
  ...Object.entries(entries).map(([place, module]) => [place, fileOf(module)] as const),
  ...Array.from(loaded, (file) => [placeOf(file), file] as const)
]
const loopFile = "internal/remote/host/WorkerLoop.bundled"
const bundle = await rolldown({
  input: Object.fromEntries(places),
  platform: "neutral",
  treeshake: false,
  plugins: [leaveOut(isOutside), takeBuiltins]
})
const { output } = await bundle.write({
  dir: dist,
  entryFileNames: "[name].js",
  chunkFileNames: ({ name }) => (name.startsWith("internal/") ? "[name].js" : "internal/remote/worker/[name].js"),
  codeSplitting: {
    groups: [
      { name: "internal/task/bundled", test: (id) => loaded.has(id) && !isApart(id), priority: 1 },
      { name: "internal/task/modules.bundled", test: (id) => loaded.has(id) && isApart(id), priority: 1 },
      // The folder tells where the code runs that a cut must not hit (`PausedFrame.ts`).
      {
        name: loopFile,
        test: /internal\/(remote\/(host\/WorkerLoop|protocol)|timers)\.js$/
      },
      { name: "internal/remote/worker/shared", test: /internal\/|rolldown/, minShareCount: 2 }
    ]
  }
})
await bundle.close()

// A cut goes around the frames of this file. Code that may be stuck, such as the codec, must be elsewhere.
const ofLoop =
  /internal\/(timers|remote\/(protocol|host\/(WorkerLoop|ReportSender)|telemetry\/TelemetryBudget|codec\/(wirePath|wireShape|refusedPart)))\.js$/
for (const file of output) {
  if (file.type !== "chunk" || file.fileName !== `${loopFile}.js`) continue
  const others = file.moduleIds.filter((id) => !ofLoop.test(id))
  if (others.length > 0) throw new Error(`${file.fileName} also has ${others.map(placeOf).join(", ")}`)
}
// Source maps were made for what the compiler had written there.
for (const [place] of places) fs.rmSync(`${fileOf(place)}.map`, { force: true })
