/**
 * Makes the code wrong in one place at a time, in copies, and runs the tests that have to see it. What they do not see is a survivor: a
 * test is missing. So is an entry whose text is not there any more.
 *
 * `npm run test:mutants`, or with a part of a file's name for some of them: `npm run test:mutants -- Admission`.
 */
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { root } from "../root.ts"
import { withTemporaryFolder } from "../withTemporaryFolder.ts"
import type { Mutant } from "./Mutant.ts"
import { mutants } from "./mutants.ts"

type Verdict = "killed" | "hangs" | "survives" | "stale"

const copies = 2
// The limit, in milliseconds, is for all tests together: some mutants never end.
const limits = { mutant: 120_000, all: 600_000 }

const wanted = mutants.filter(({ file }) => process.argv.slice(2).every((part) => file.includes(part)))

const makeCopy = (folder: string): string => {
  for (const name of [
    "src",
    "test",
    "examples",
    "page",
    "bench",
    "scripts",
    "package.json",
    "vitest.config.ts",
    "tsconfig.json"
  ]) {
    fs.cpSync(path.join(root, name), path.join(folder, name), { recursive: true })
  }
  fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"))
  return folder
}

/** Whether the tests pass, or `undefined` if they come to no end. */
const passes = (copy: string, tests: ReadonlyArray<string>, limit: keyof typeof limits): Promise<boolean | undefined> =>
  new Promise((resolve, reject) => {
    const vitest = path.join(root, "node_modules/vitest/vitest.mjs")
    const args = [
      "run",
      "--bail=1",
      limit === "all" ? "--maxWorkers=2" : "--maxWorkers=1",
      "--testTimeout=20000",
      "--reporter=dot",
      ...tests
    ]
    const child = spawn(process.execPath, [vitest, ...args], {
      cwd: copy,
      detached: true,
      // Output is shown without a mutant only: nothing should fail then.
      stdio: ["ignore", limit === "all" ? "inherit" : "ignore", "ignore"],
      env: { ...process.env, PROGRAMS: "400" }
    })
    const stop = () => process.kill(-child.pid!, "SIGKILL")
    let isOver = false
    const timer = setTimeout(() => {
      isOver = true
      stop()
    }, limits[limit])
    child.once("error", reject)
    child.once("exit", (code) => {
      clearTimeout(timer)
      resolve(isOver ? undefined : code === 0)
    })
  })

const verdictOn = async (copy: string, { file, replacement, tests, text }: Mutant): Promise<Verdict> => {
  const place = path.join(copy, file)
  const original = fs.readFileSync(place, "utf8")
  if (original.split(text).length !== 2) return "stale"
  fs.writeFileSync(
    place,
    original.replace(text, () => replacement)
  )
  try {
    const isFine = await passes(copy, tests, "mutant")
    return isFine === undefined ? "hangs" : isFine ? "survives" : "killed"
  } finally {
    fs.writeFileSync(place, original)
  }
}

const isGood = (verdict: Verdict): boolean => verdict === "killed" || verdict === "hangs"

await withTemporaryFolder(async (folder) => {
  const places = Array.from({ length: copies }, (_, index) => makeCopy(path.join(folder, `${index}`)))
  // A test that fails without a mutant would kill all of them.
  const all = Array.from(new Set(wanted.flatMap(({ tests }) => tests)))
  if ((await passes(places[0]!, all, "all")) !== true) throw new Error("The tests fail without any mutant")
  const rest = [...wanted]
  let good = 0
  await Promise.all(
    places.map(async (place) => {
      for (let mutant = rest.shift(); mutant !== undefined; mutant = rest.shift()) {
        const start = performance.now()
        const verdict = await verdictOn(place, mutant)
        if (isGood(verdict)) good++
        const seconds = ((performance.now() - start) / 1000).toFixed(1)
        console.log(
          `${verdict.padEnd(8)} ${seconds.padStart(5)} s  ${mutant.file}: ${JSON.stringify(mutant.text)} -> ${JSON.stringify(mutant.replacement)}`
        )
      }
    })
  )
  console.log(`${good} of ${wanted.length} mutants are killed`)
  if (good < wanted.length) process.exitCode = 1
})
