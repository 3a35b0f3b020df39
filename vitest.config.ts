import { availableParallelism } from "node:os"
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
  "docs",
  "durable/streams",
  "analyse-folder",
  "ThreadExecutor",
  "ProcessExecutor",
  "remoteExecutors",
  "hostile",
  "node/leaks",
  "node/streams",
  "durable/commandLine",
  "durable/worker",
  "faults/matrix",
  "clock",
  "postgres",
  "starting"
].map((name) => `/${name}.test.ts`)

class LongestFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    const rank = ({ moduleId, project }: TestSpecification): number => {
      const place = longest.findIndex((name) => moduleId.endsWith(name))
      if (place >= 0) return place
      // The files that share processes are short: they fill what the others leave of the time.
      return project.config.isolate ? longest.length : longest.length + 1
    }
    // Vitest's, of its own, and not the one of arrays.
    // oxlint-disable-next-line unicorn/no-array-sort
    const sorted = await super.sort(files)
    return sorted.toSorted((a, b) => rank(a) - rank(b))
  }
}

/**
 * The files of tests that start no threads and processes, and leave nothing behind: these share processes, which saves the start of one
 * and the import of Effect for each of them. The others have a process each.
 */
const together = [
  "test/!(compileErrors|docs|leaks|pack|remoteTasks*|streams.explore).test.ts",
  "test/stream/*.test.ts",
  "test/testing/!(it.interleave|scale|workers).test.ts",
  "test/docs/*.test.ts",
  "test/durable/{imports,memory,sqlite,submit}.test.ts",
  "test/node/call/*.test.ts",
  "test/node/crossing/*.test.ts",
  "test/node/preemption/{Backlog,PausedStack,SendGate}.test.ts",
  "test/node/process/{ClaimFile,childFlags,frames}.test.ts",
  "test/node/remote/{Heartbeat,limits}.test.ts",
  "test/node/thread/{ReplyRing,SharedClaims,smallReply}.test.ts",
  "test/trace/TraceModel.test.ts"
]

// What takes minutes: `npm run test:soak`.
const soak = "test/soak/**"

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: [sourceCondition, "node"] } },
  server: { watch: { ignored: ["**/.tmp/**", "**/dist/**"] } },
  test: {
    projects: [
      { extends: true, test: { name: "together", include: together, isolate: false } },
      { extends: true, test: { name: "alone", include: ["test/**/*.test.ts"], exclude: [...together, soak] } }
    ],
    // Node refuses --expose-gc for worker threads, so the tests run in child processes. The condition is for the
    // threads and processes that tests start: those load the sources without Vite.
    pool: "forks",
    // Half of the time they wait: for workers to start, for programs and limits to end. No percentage, as Vitest takes no more than 100.
    maxWorkers: availableParallelism() * 2,
    sequence: { sequencer: LongestFirst },
    // A limit against hanging, and not for how fast a test is: where many programs share the cores, one may stand still for long.
    testTimeout: 60_000,
    // With more memory for what is young, threads and processes start with a fifth less of work.
    execArgv: ["--expose-gc", `--conditions=${sourceCondition}`, "--min-semi-space-size=16"],
    reporters: process.stdout.isTTY ? ["default"] : [["default", { summary: false }]],
    watchTriggerPatterns: [{ pattern: /\.md$|\/src\/.*\.ts$/, testsToRun: () => "./test/docs.test.ts" }]
  }
})
