import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

const sourceCondition = "effect-futures-source"

// Setting conditions replaces Vite's defaults, so they are repeated here.
const conditions = [sourceCondition, "module", "node", "development|production"]

// Tests start hundreds of threads and processes. Node keeps for them what it has compiled, also of TypeScript, and they start
// twice as fast.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL("./node_modules/.cache/node-compile-cache", import.meta.url))

// Vitest begins with the largest files where it does not know yet how long they take. These are small, and take the longest.
const longest = [
  "ThreadExecutor",
  "ProcessExecutor",
  "faults/matrix",
  "durable/failures",
  "analyse-folder",
  "docs",
  "remoteExecutors",
  "hostile",
  "starting",
  "clock",
  "postgres"
].map((name) => `/${name}.test.ts`)

class LongestFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    const isLong = ({ moduleId }: TestSpecification) => longest.some((name) => moduleId.endsWith(name))
    // Vitest's, of its own, and not the one of arrays.
    // oxlint-disable-next-line unicorn/no-array-sort
    const sorted = await super.sort(files)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: [sourceCondition, "node"] } },
  server: { watch: { ignored: ["**/.tmp/**", "**/dist/**"] } },
  test: {
    include: ["test/**/*.test.ts"],
    // Those take minutes: `npm run test:soak`.
    exclude: ["**/node_modules/**", "test/soak/**"],
    // Node refuses --expose-gc for worker threads, so the tests run in child processes. The condition is for the
    // threads and processes that tests start: those load the sources without Vite.
    pool: "forks",
    // A third of the time they wait, for workers to start, for programs and limits to end.
    maxWorkers: "150%",
    sequence: { sequencer: LongestFirst },
    // A limit against hanging, and not for how fast a test is: where many programs share the cores, one may stand still for long.
    testTimeout: 60_000,
    // With more memory for what is young, threads and processes start with a fifth less of work.
    execArgv: ["--expose-gc", `--conditions=${sourceCondition}`, "--min-semi-space-size=16"],
    reporters: process.stdout.isTTY ? ["default"] : [["default", { summary: false }]],
    watchTriggerPatterns: [{ pattern: /\.md$|\/src\/.*\.ts$/, testsToRun: () => "./test/docs.test.ts" }]
  }
})
