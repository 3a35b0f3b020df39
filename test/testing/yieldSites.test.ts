import { assert, describe, it, vi } from "@effect/vitest"
import { Context, Effect, Exit, Fiber, Layer, Logger, Option } from "effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { makeGroup } from "../../src/internal/executor/group.ts"
import { showSite, sourceLine } from "../../src/internal/testing/sourceText.ts"
import { currentSite, type Site, watchYields } from "../../src/internal/testing/yieldSites.ts"
import { ended } from "../support/futures.ts"

class Bell extends Context.Service<Bell, { readonly ring: Effect.Effect<void> }>()("test/Bell") {}

const here = fileURLToPath(import.meta.url)
const helpers = fileURLToPath(new URL("../support/futures.ts", import.meta.url))

/** The lines of a file that end with a text, which is not how the module under test finds them. */
const linesWith = (file: string, end: string): ReadonlyArray<number> =>
  fs
    .readFileSync(file, "utf8")
    .split("\n")
    .flatMap((text, i) => (text.endsWith(end) ? [i + 1] : []))

/** The lines of this file with such a comment. */
const marked = (...marks: ReadonlyArray<string>) => marks.flatMap((mark) => linesWith(here, `// at ${mark}`))

const sitesOf = (f: () => unknown): ReadonlyArray<Site> => {
  const sites: Array<Site> = []
  watchYields((site) => sites.push(site), f)
  return sites
}

const linesOf = (effect: Effect.Effect<unknown, unknown>): ReadonlyArray<number> => {
  const sites = sitesOf(() => Effect.runSync(effect))
  for (const site of sites) assert.strictEqual(site.file, here)
  return sites.map((site) => site.line)
}

const iteratorPrototype: object = Object.getPrototypeOf(Effect.void[Symbol.iterator]())

/** Calls `f` where every stack is this text. */
const withStack = <A>(stack: unknown, f: () => A): A => {
  const original = Error.prepareStackTrace
  Error.prepareStackTrace = () => stack
  try {
    return f()
  } finally {
    Error.prepareStackTrace = original
  }
}

const withTempFile = <A>(text: string, f: (file: string) => A): A => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "sources-"))
  try {
    const file = path.join(folder, "program.ts")
    fs.writeFileSync(file, text)
    return f(file)
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
}

describe("watchYields", () => {
  it("hears of each yield of Effect.gen once, in order", () => {
    const program = Effect.gen(function* () {
      const one = yield* Effect.sync(() => 1) // at gen: first
      yield* Effect.yieldNow // at gen: second
      return one
    })
    assert.deepStrictEqual(linesOf(program), marked("gen: first", "gen: second"))
  })

  it("hears of the yields of Effect.fn", () => {
    const program = Effect.fn("program")(function* (n: number) {
      yield* Effect.sync(() => n) // at fn
    })
    assert.deepStrictEqual(linesOf(program(1)), marked("fn"))
  })

  it("hears of the yields of Effect.fnUntraced", () => {
    const program = Effect.fnUntraced(function* (n: number) {
      yield* Effect.sync(() => n) // at fnUntraced
    })
    assert.deepStrictEqual(linesOf(program(1)), marked("fnUntraced"))
  })

  it("hears of the yields of generators in generators", () => {
    const inner = Effect.gen(function* () {
      yield* Effect.void // at nested: inner
    })
    const program = Effect.gen(function* () {
      yield* inner // at nested: before
      yield* Effect.void // at nested: after
    })
    assert.deepStrictEqual(linesOf(program), marked("nested: before", "nested: inner", "nested: after"))
  })

  it("takes the generator that a generator goes on with", () => {
    const part = function* () {
      return yield* Effect.succeed(1) // at delegate
    }
    const program = Effect.gen(function* () {
      return yield* part()
    })
    assert.deepStrictEqual(linesOf(program), marked("delegate"))
  })

  it("hears of a service that is yielded", () => {
    const program = Effect.gen(function* () {
      const bell = yield* Bell // at service: itself
      yield* bell.ring // at service: its method
    }).pipe(Effect.provideService(Bell, { ring: Effect.void }))
    assert.deepStrictEqual(linesOf(program), marked("service: itself", "service: its method"))
  })

  it("hears of an effect that fails", () => {
    const program = Effect.gen(function* () {
      yield* Effect.fail("broken") // at failure
    })
    assert.deepStrictEqual(linesOf(Effect.exit(program)), marked("failure"))
  })

  it("hears of the yields of other fibers", () => {
    const program = Effect.gen(function* () {
      const child = Effect.gen(function* () {
        yield* Effect.void // at fibers: child
      })
      const fiber = yield* Effect.forkChild(child) // at fibers: fork
      yield* Fiber.join(fiber) // at fibers: join
    })
    assert.deepStrictEqual(linesOf(program), marked("fibers: fork", "fibers: join", "fibers: child"))
  })

  it("says the line where the last call of an expression stands, if it has several", () => {
    const program = Effect.gen(function* () {
      yield* Effect.sync(() => {
        return 1
      }).pipe(Effect.asVoid) // at several lines
    })
    assert.deepStrictEqual(linesOf(program), marked("several lines"))
  })

  it("says the column", () => {
    const program = Effect.gen(function* () {
      return [yield* Effect.succeed(1), yield* Effect.succeed(2)]
    })
    const [first, second] = sitesOf(() => Effect.runSync(program))
    assert.strictEqual(first?.line, second?.line)
    assert.isBelow(first!.column, second!.column)
  })

  it("hears of the yields of a helper in another file, there", () => {
    const sites = sitesOf(() => Effect.runSync(ended(Exit.succeed(1))))
    assert.deepStrictEqual(
      sites.map(({ file, line }) => ({ file, line })),
      [
        ...linesWith(helpers, "yield* Future.make<A, E>(options)"),
        ...linesWith(helpers, "yield* Future.done(future, exit)")
      ].map((line) => ({ file: helpers, line }))
    )
  })

  it("does not hear of what Effect yields itself", () => {
    const program = Effect.scoped(Layer.build(Logger.layer([])))
    // Bound, to have no frame of this file within.
    assert.deepStrictEqual(sitesOf(Effect.runSync.bind(undefined, program)), [])
  })

  it("does not hear of what this library yields itself", () => {
    const program = Effect.scoped(makeGroup("no executor"))
    assert.deepStrictEqual(sitesOf(Effect.runSyncExit.bind(undefined, program)), [])
  })

  it("does not hear of an Option that is yielded", () => {
    const sites = sitesOf(() =>
      Option.gen(function* () {
        return yield* Option.some(1)
      })
    )
    assert.deepStrictEqual(sites, [])
  })

  it("does not hear of what is yielded later", () => {
    const program = Effect.gen(function* () {
      yield* Effect.void
    })
    const sites: Array<Site> = []
    watchYields(
      (site) => sites.push(site),
      () => {}
    )
    Effect.runSync(program)
    assert.deepStrictEqual(sites, [])
  })

  it("gives what the function gives", () => {
    const program = Effect.gen(function* () {
      return (yield* Effect.succeed(1)) + (yield* Effect.succeed(2))
    })
    assert.strictEqual(
      watchYields(
        () => {},
        () => Effect.runSync(program)
      ),
      3
    )
  })

  it("leaves the prototype as it was", () => {
    const before = Object.getOwnPropertyDescriptor(iteratorPrototype, "next")
    const within = watchYields(
      () => {},
      () => Object.getOwnPropertyDescriptor(iteratorPrototype, "next")
    )
    assert.notStrictEqual(within?.value, before?.value)
    assert.deepStrictEqual(Object.getOwnPropertyDescriptor(iteratorPrototype, "next"), before)
  })

  it("leaves the prototype as it was if the function throws, and throws the same", () => {
    const before = Object.getOwnPropertyDescriptor(iteratorPrototype, "next")
    const error = new Error("broken")
    let thrown: unknown
    try {
      watchYields(
        () => {},
        () => {
          throw error
        }
      )
    } catch (caught) {
      thrown = caught
    }
    assert.strictEqual(thrown, error)
    assert.deepStrictEqual(Object.getOwnPropertyDescriptor(iteratorPrototype, "next"), before)
  })

  it("leaves the limit of stack traces as it was", () => {
    const original = Error.stackTraceLimit
    try {
      Error.stackTraceLimit = 0
      const program = Effect.gen(function* () {
        yield* Effect.void // at limit
      })
      assert.deepStrictEqual(linesOf(program), marked("limit"))
      assert.strictEqual(Error.stackTraceLimit, 0)
    } finally {
      Error.stackTraceLimit = original
    }
  })

  it("lets both hear of what is yielded in a watch within a watch", () => {
    const program = (name: string) =>
      Effect.gen(function* () {
        yield* Effect.succeed(name) // at both
      })
    const log: Array<string> = []
    const lines = new Set<number>()
    const listener = (name: string) => (site: Site) => {
      log.push(name)
      lines.add(site.line)
    }
    watchYields(listener("outer"), () => {
      Effect.runSync(program("before"))
      log.push("inner begins")
      watchYields(listener("inner"), () => Effect.runSync(program("within")))
      log.push("inner ends")
      Effect.runSync(program("after"))
    })
    assert.deepStrictEqual(log, ["outer", "inner begins", "outer", "inner", "inner ends", "outer"])
    assert.deepStrictEqual([...lines], marked("both"))
  })

  it.each([
    ["has no next of its own", undefined],
    ["goes on in another way", { value: () => ({ done: false, value: 1 }), writable: true, configurable: true }]
  ])("only calls the function where what yield* iterates over %s", async (_, other) => {
    // What it has found out about Effect, it keeps.
    vi.resetModules()
    const fresh = await import("../../src/internal/testing/yieldSites.ts")
    const next = Object.getOwnPropertyDescriptor(iteratorPrototype, "next")!
    const program = Effect.gen(function* () {
      return yield* Effect.succeed(1)
    })
    const sites: Array<Site> = []
    const within = () => {
      assert.deepStrictEqual(Object.getOwnPropertyDescriptor(iteratorPrototype, "next"), unlike)
      Object.defineProperty(iteratorPrototype, "next", next)
      return Effect.runSync(program)
    }
    Reflect.deleteProperty(iteratorPrototype, "next")
    if (other !== undefined) Object.defineProperty(iteratorPrototype, "next", other)
    const unlike = Object.getOwnPropertyDescriptor(iteratorPrototype, "next")
    try {
      assert.strictEqual(
        fresh.watchYields((site) => sites.push(site), within),
        1
      )
    } finally {
      Object.defineProperty(iteratorPrototype, "next", next)
      // The fresh one has found an unknown Effect, and a later file of this process would be given it.
      vi.resetModules()
    }
    assert.deepStrictEqual(sites, [])
  })

  it.each([
    ["no text", [1, 2]],
    ["a text without frames", "Error"],
    ["undefined", undefined]
  ])("hears nothing and does not fail where the stack is %s", (_, stack) => {
    const program = Effect.gen(function* () {
      return yield* Effect.succeed(1)
    })
    const sites: Array<Site> = []
    const result = withStack(stack, () =>
      watchYields(
        (site) => sites.push(site),
        () => Effect.runSync(program)
      )
    )
    assert.strictEqual(result, 1)
    assert.deepStrictEqual(sites, [])
  })
})

describe("currentSite", () => {
  it("is where it is called", () => {
    const site = currentSite() // at current
    assert.strictEqual(site?.file, here)
    assert.deepStrictEqual([site?.line], marked("current"))
  })

  it("is in the program's function that Effect calls", () => {
    const program = Effect.map(Effect.void, () => currentSite()) // at called by Effect
    assert.deepStrictEqual([Effect.runSync(program)?.line], marked("called by Effect"))
  })

  it("is none in a watch where nothing of the program is on the stack", () => {
    assert.isUndefined(watchYields(() => {}, currentSite))
  })

  const frame = (file: string) => ({ file, line: 3, column: 14 })

  it.each([
    ["of a function", "    at run (/app/main.ts:3:14)", frame("/app/main.ts")],
    ["of a method", "    at Object.run [as walk] (/app/main.ts:3:14)", frame("/app/main.ts")],
    ["without a name", "    at /app/main.ts:3:14", frame("/app/main.ts")],
    ["of an async function", "    at async run (/app/main.ts:3:14)", frame("/app/main.ts")],
    ["of an async function without a name", "    at async /app/main.ts:3:14", frame("/app/main.ts")],
    ["of a file URL", "    at run (file:///app/a%20b/main.ts:3:14)", frame("/app/a b/main.ts")],
    ["of a file URL with a query", "    at file:///app/main.ts?v=2:3:14", frame("/app/main.ts")],
    ["of another URL", "    at run (http://localhost:80/main.ts:3:14)", frame("http://localhost:80/main.ts")],
    ["of a Windows path", "    at run (C:\\app\\main.ts:3:14)", frame("C:\\app\\main.ts")],
    ["of a Windows path without a name", "    at C:\\app\\main.ts:3:14", frame("C:\\app\\main.ts")],
    ["of a path with parentheses", "    at run (/app (copy)/main.ts:3:14)", frame("/app (copy)/main.ts")],
    ["of a name with parentheses", "    at Object.run (it) (/app/main.ts:3:14)", frame("/app/main.ts")]
  ])("reads a frame %s", (_, line, expected) => {
    assert.deepStrictEqual(withStack(`Error\n${line}\n    at outer (/app/outer.ts:1:1)`, currentSite), expected)
  })

  const root = fileURLToPath(new URL("../../", import.meta.url))

  it.each([
    ["without a file", "    at Generator.next (<anonymous>)"],
    ["of Node.js", "    at process.run (node:internal/process:3:14)"],
    ["of evaluated text", "    at eval (eval at run (/app/main.ts:3:14), <anonymous>:1:1)"],
    ["of a promise", "    at async Promise.all (index 0)"],
    ["of Effect", "    at run (file:///app/node_modules/effect/dist/Effect.js:3:14)"],
    ["of Effect on Windows", "    at run (C:\\app\\node_modules\\effect\\dist\\Effect.js:3:14)"],
    ["of a package of Effect's", "    at run (file:///app/node_modules/@effect/vitest/dist/index.js:3:14)"],
    ["of this library's sources", `    at run (${root}src/Future.ts:3:14)`],
    ["of this library as it is built", `    at run (${root}dist/Future.js:3:14)`]
  ])("skips a frame %s", (_, line) => {
    assert.strictEqual(withStack(`Error\n${line}\n    at /app/main.ts:3:14`, currentSite)?.file, "/app/main.ts")
  })

  it.each(["examples/main.ts", "test/some.test.ts"])("does not skip this library's %s", (file) => {
    assert.strictEqual(withStack(`Error\n    at ${root}${file}:3:14`, currentSite)?.file, root + file)
  })
})

describe("sourceLine", () => {
  it("is the text of the line of a yield", () => {
    const program = Effect.gen(function* () {
      yield* Effect.succeed("the text")
    })
    assert.deepStrictEqual(sitesOf(() => Effect.runSync(program)).map(sourceLine), [
      `yield* Effect.succeed("the text")`
    ])
  })

  it.each([
    ["unix", "\n"],
    ["Windows", "\r\n"]
  ])("tells the lines of a %s file apart", (_, newline) =>
    withTempFile(["one", "  two ", "three"].join(newline), (file) => {
      assert.strictEqual(sourceLine({ file, line: 2, column: 1 }), "two")
    })
  )

  it("is none for a line that the file does not have", () =>
    withTempFile("one\ntwo", (file) => {
      assert.isUndefined(sourceLine({ file, line: 3, column: 1 }))
    }))

  it("is none for a file that is not there", () => {
    assert.isUndefined(sourceLine({ file: path.join(here, "none.ts"), line: 1, column: 1 }))
  })

  it("is none for a URL", () => {
    assert.isUndefined(sourceLine({ file: "http://localhost/main.ts", line: 1, column: 1 }))
  })

  it("reads a file once", () =>
    withTempFile("before", (file) => {
      const site = { file, line: 1, column: 1 }
      assert.strictEqual(sourceLine(site), "before")
      fs.writeFileSync(file, "after")
      assert.strictEqual(sourceLine(site), "before")
    }))
})

describe("showSite", () => {
  const shown = (file: string) => showSite({ file, line: 3, column: 14 })

  it("has the path from the current folder", () => {
    assert.strictEqual(shown(path.resolve("test", "some.test.ts")), `${path.join("test", "some.test.ts")}:3`)
  })

  it("has the path from the current folder also if the name begins with dots", () => {
    assert.strictEqual(shown(path.resolve("..test", "some.test.ts")), `${path.join("..test", "some.test.ts")}:3`)
  })

  it("has the whole path of a file that is elsewhere", () => {
    const file = path.resolve("..", "other", "main.ts")
    assert.strictEqual(shown(file), `${file}:3`)
  })

  it("has the whole of a URL", () => {
    assert.strictEqual(shown("http://localhost/main.ts"), "http://localhost/main.ts:3")
  })
})
