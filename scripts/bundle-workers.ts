/**
 * Part of the build: what worker threads and processes load at their start becomes a few files instead of some fifty, each of which takes
 * Node.js about half a millisecond.
 *
 * The bundled files take the places of their entries in `dist`. The modules that went into them stay, as the program's side uses them:
 * a worker has copies of its own. It shares with the files of tasks what those import too.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import { rolldown, type Plugin } from "rolldown"
import { root } from "./root.ts"

const dist = path.join(root, "dist")
const fileOf = (module: string) => path.join(dist, `${module}.js`)

/** By their places. Each is loaded by its URL. */
const entries = {
  "internal/node/thread/worker": "internal/node/thread/worker",
  "internal/node/process/worker": "internal/node/process/worker",
  "internal/remote/host/runner": "internal/remote/host/runner",
  "internal/remote/host/EffectCalls": "internal/remote/host/EffectCalls",
  // The copy of `effectTypesOf` looks for it at its side.
  "internal/remote/worker/effectTypes": "internal/remote/codec/effectTypes"
}

/** What a file is imported by that is left out, until it is known where the one stands that imports it. */
const marker = "dist:"
const outside = /"dist:([^"]+)"/g

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

/** What a file of tasks imports, as it imports `Task`. */
const sharedFiles = async (): Promise<ReadonlySet<string>> => {
  const files = new Set<string>()
  const collect: Plugin = { name: "collect", moduleParsed: ({ id }) => void files.add(id) }
  const bundle = await rolldown({ input: fileOf("Task"), plugins: [leaveOut(() => false), collect] })
  await bundle.generate()
  await bundle.close()
  // The worker's hooks are there before it imports anything.
  return files.add(fileOf("internal/node/lazyModules"))
}

const shared = await sharedFiles()
const bundle = await rolldown({
  input: Object.fromEntries(Object.entries(entries).map(([place, module]) => [place, fileOf(module)])),
  platform: "neutral",
  treeshake: false,
  plugins: [leaveOut((file) => shared.has(file))]
})
await bundle.write({
  dir: dist,
  entryFileNames: "[name].js",
  chunkFileNames: ({ name }) => (name.startsWith("internal/") ? "[name].js" : "internal/remote/worker/[name].js"),
  codeSplitting: {
    groups: [
      // The folder tells where the code runs that a cut must not hit (`PausedFrame.ts`).
      {
        name: "internal/remote/host/WorkerLoop.bundled",
        test: /internal\/(remote\/(host\/WorkerLoop|protocol)|timers)\.js$/
      },
      { name: "internal/remote/worker/shared", test: /internal\/|rolldown/, minShareCount: 2 }
    ]
  }
})
await bundle.close()
// These were made for what the compiler had written there.
for (const place of Object.keys(entries)) fs.rmSync(`${fileOf(place)}.map`, { force: true })
