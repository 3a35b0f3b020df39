import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const sourceCondition = "effect-futures-source"

// Setting conditions replaces Vite's defaults, so they are repeated here.
const conditions = [sourceCondition, "module", "node", "development|production"]

// Tests start hundreds of threads and processes. Node keeps for them what it has compiled, also of TypeScript, and they start
// twice as fast.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL("./node_modules/.cache/node-compile-cache", import.meta.url))

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
    // Most of them wait, for workers to start and programs to end.
    maxWorkers: "100%",
    // A limit against hanging, and not for how fast a test is: where many programs share the cores, one may stand still for long.
    testTimeout: 60_000,
    // With more memory for what is young, threads and processes start with a fifth less of work.
    execArgv: ["--expose-gc", `--conditions=${sourceCondition}`, "--min-semi-space-size=16"],
    reporters: process.stdout.isTTY ? ["default"] : [["default", { summary: false }]],
    typecheck: {
      enabled: true,
      include: ["test/**/*.test-d.ts"],
      tsconfig: "./tsconfig.json",
      // Errors elsewhere belong to `npm run typecheck`.
      ignoreSourceErrors: true
    },
    watchTriggerPatterns: [{ pattern: /\.md$|\/src\/.*\.ts$/, testsToRun: () => "./test/docs.test.ts" }]
  }
})
