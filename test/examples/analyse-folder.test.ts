import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { ByteSize, Duration, Effect, Fiber, FileSystem, Latch, Logger, Option, Stream } from "effect"
import { TestClock, TestConsole } from "effect/testing"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as net from "node:net"
import { gzipSync } from "node:zlib"
import { Analyses } from "../../examples/analyse-folder/Analysis.ts"
import { analyseFolder } from "../../examples/analyse-folder/analyseFolder.ts"
import { inBytes, inPercent, inTime, printable, shortened } from "../../examples/analyse-folder/format.ts"
import { parseDuration } from "../../examples/analyse-folder/parseDuration.ts"
import { pipeline } from "../../examples/analyse-folder/pipeline.ts"
import { StageMeter } from "../../examples/analyse-folder/StageMeter.ts"
import { asBar, asLine, asTable, type Progress } from "../../examples/analyse-folder/Progress.ts"
import { makeStages } from "../../examples/analyse-folder/stages.ts"
import { table } from "../../examples/analyse-folder/table.ts"
import { type AnalysedFile, Tally } from "../../examples/analyse-folder/Tally.ts"
import { demoArgs, Run, runDemo, startDemo, temporaryFolder } from "./demo.ts"
import { Slow } from "./slowAnalysis.ts"

const megabyte = 1_000_000
const atMost = (maxSize: number) => ByteSize.bytes(maxSize)

/** Everything but a newline that steers a terminal. */
// oxlint-disable-next-line no-control-regex
const controlCharacters = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/

const poisonFile = new URL("../../examples/analyse-folder/Poison.ts", import.meta.url)

/** Numbers that do not compress. */
const noise = (length: number): Uint8Array => {
  const bytes = new Uint8Array(length)
  for (let i = 0; i < length; i += 65_536) crypto.getRandomValues(bytes.subarray(i, i + 65_536))
  return bytes
}

const has = (command: string): boolean => {
  try {
    execFileSync("sh", ["-c", `command -v ${command}`])
    return true
  } catch {
    return false
  }
}

const isMissing = (command: string): boolean => {
  if (has(command)) return false
  console.log(`Some tests are skipped: there is no ${command} here`)
  return true
}

/** The pipeline without the program around it. */
const analyseAll = (folder: string, options: { readonly maxSize?: number } = {}) =>
  Effect.gen(function* () {
    const tally = new Tally()
    const files = yield* pipeline({
      root: folder,
      maxSize: atMost(options.maxSize ?? megabyte),
      analyse: Analyses.analyse,
      stages: yield* makeStages(Option.none()),
      tally
    }).pipe(Stream.runCollect)
    return { tally, files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)) }
  }).pipe(Effect.scoped)

const provideNode = Effect.provide(NodeServices.layer)

/** The program, in the midst of an analysis that takes an hour. */
const startSlow = Effect.fnUntraced(function* (folder: string, timeout: Option.Option<Duration.Duration>) {
  const began = yield* Latch.make()
  const logger = Logger.make<unknown, void>(({ message }) => {
    // `Effect.log` takes any number of messages, and the clock of the test has something to say, too.
    if ([message].flat().includes("began")) began.openUnsafe()
  })
  const program = yield* analyseFolder(
    {
      folder,
      timeout,
      maxSize: atMost(megabyte),
      isPoisoned: false,
      isDurable: false,
      trace: Option.none(),
      html: Option.none()
    },
    Slow.analyse
  ).pipe(Effect.provide(Logger.layer([logger])), Effect.forkChild)
  yield* began.await
  return program
})

const hex = (buffer: ArrayBuffer) => Array.from(new Uint8Array(buffer), (b) => b.toString(16).padStart(2, "0")).join("")

const sliceSize = 256 * 1024

const slicesOf = (bytes: Uint8Array): ReadonlyArray<Uint8Array> =>
  Array.from({ length: Math.max(1, Math.ceil(bytes.length / sliceSize)) }, (_, i) =>
    bytes.slice(i * sliceSize, (i + 1) * sliceSize)
  )

/** An oracle: the answers, found in another way. */
const expectedOf = async (path: string, text: string): Promise<AnalysedFile> => {
  const bytes = new TextEncoder().encode(text)
  const lines = text.split("\n")
  return {
    path,
    size: bytes.length,
    lines: lines.at(-1) === "" ? lines.length - 1 : lines.length,
    words: text.match(/[^ \t\n\v\f\r]+/g)?.length ?? 0,
    sha256: hex(await crypto.subtle.digest("SHA-256", bytes)),
    compressed: slicesOf(bytes).reduce((sum, slice) => sum + gzipSync(slice).length, 0)
  }
}

describe("examples/analyse-folder", () => {
  describe("the analysis", () => {
    it.live("finds what is in every file, at any depth", () =>
      Effect.gen(function* () {
        const texts: Record<string, string> = {
          "abc.txt": "abc",
          "empty.txt": "",
          "newline.txt": "\n",
          "blank.txt": " \t\r\n \v\f ",
          "two lines.md": "one two\nthree\n",
          "no newline at the end.md": "one\ntwo",
          "deep/er/and/deeper/Naïve Café ☕.TXT": "naïve café ☕\r\nüber\tall\r\n",
          "deep/large.js": "const x = 1 // words here\n".repeat(40_000)
        }
        using temporary = temporaryFolder(texts)
        const { files, tally } = yield* analyseAll(temporary.folder, { maxSize: 2 * megabyte })
        const expected = yield* Effect.promise(() =>
          Promise.all(Object.entries(texts).map(([name, text]) => expectedOf(temporary.in(name), text)))
        )
        assert.deepStrictEqual(
          files,
          expected.toSorted((a, b) => (a.path < b.path ? -1 : 1))
        )
        // Test vectors of the standard.
        const hashes = new Map(files.map(({ path, sha256 }) => [path, sha256]))
        assert.strictEqual(
          hashes.get(temporary.in("abc.txt")),
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        )
        assert.strictEqual(
          hashes.get(temporary.in("empty.txt")),
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        )
        assert.strictEqual(tally.found, 8)
        assert.isTrue(tally.isAllFound)
        assert.deepStrictEqual(tally.failures, [])
      }).pipe(provideNode)
    )

    it.live("a word or a line that goes over the end of a slice counts once", () =>
      Effect.gen(function* () {
        for (const length of [sliceSize - 1, sliceSize, sliceSize + 1, 2 * sliceSize]) {
          const analysis = yield* Analyses.analyse(new Uint8Array(length).fill(0x61))
          assert.deepStrictEqual([analysis.lines, analysis.words], [1, 1])
        }
        const text = new TextEncoder().encode(`${"a".repeat(sliceSize - 1)} b\n`)
        const analysis = yield* Analyses.analyse(text)
        assert.deepStrictEqual([analysis.lines, analysis.words], [1, 2])
      })
    )
  })

  describe("files that cannot be analysed", () => {
    it.live("links that lead nowhere or in circles are failures, and the rest goes on", () =>
      Effect.gen(function* () {
        using temporary = temporaryFolder({ "good.txt": "good", "sub/other.txt": "other" })
        fs.symlinkSync("nowhere", temporary.in("dangling"))
        fs.symlinkSync("loop b", temporary.in("loop a"))
        fs.symlinkSync("loop a", temporary.in("loop b"))
        fs.symlinkSync("good.txt", temporary.in("link"))
        fs.symlinkSync("..", temporary.in("sub/up"))
        const { files, tally } = yield* analyseAll(temporary.folder)
        assert.deepStrictEqual(
          files.map(({ path }) => path),
          ["good.txt", "link", "sub/other.txt"].map(temporary.in)
        )
        assert.deepStrictEqual(
          tally.failures.map(({ path, kind }) => [path, kind]),
          [
            [temporary.in("dangling"), "not found"],
            [temporary.in("loop a"), "loop of links"],
            [temporary.in("loop b"), "loop of links"]
          ]
        )
        assert.deepStrictEqual([...tally.skipped], [["LinkToDirectory", 1]])
        assert.strictEqual(tally.duplicates, 1)
        assert.deepStrictEqual([tally.done, tally.found], [3, 3])
      }).pipe(provideNode)
    )

    it.live("what was removed since it was found is a failure", () =>
      Effect.gen(function* () {
        using temporary = temporaryFolder({ "a.txt": "a", "gone.txt": "b", "gone/c.txt": "c", "z.txt": "z" })
        const real = yield* FileSystem.FileSystem
        const treacherous = FileSystem.FileSystem.of({
          ...real,
          readDirectoryEntries: (path) =>
            Effect.tap(real.readDirectoryEntries(path), () =>
              Effect.sync(() => {
                fs.rmSync(temporary.in("gone.txt"), { force: true })
                fs.rmSync(temporary.in("gone"), { recursive: true, force: true })
              })
            )
        })
        const { files, tally } = yield* analyseAll(temporary.folder).pipe(
          Effect.provideService(FileSystem.FileSystem, treacherous)
        )
        assert.strictEqual(files.length, 2)
        assert.sameDeepMembers(
          tally.failures.map(({ path, kind, detail }) => [path, kind, detail]),
          [
            [temporary.in("gone"), "not found", "ENOENT"],
            [temporary.in("gone.txt"), "not found", "ENOENT"]
          ]
        )
        assert.deepStrictEqual([tally.done, tally.found], [3, 3])
      }).pipe(provideNode)
    )

    it.live("files larger than the limit are not read, nor are those that turn out to be", () =>
      Effect.gen(function* () {
        using temporary = temporaryFolder({ "at limit": "x".repeat(100), "over limit": "x".repeat(101) })
        const { files, tally } = yield* analyseAll(temporary.folder, { maxSize: 100 })
        assert.deepStrictEqual(
          files.map(({ path }) => path),
          [temporary.in("at limit")]
        )
        assert.deepStrictEqual(
          tally.failures.map(({ kind, detail }) => [kind, detail]),
          [["too large", "101 B"]]
        )

        // The file system claims that the file is empty.
        const real = yield* FileSystem.FileSystem
        const lying = FileSystem.FileSystem.of({
          ...real,
          stat: (path) => Effect.map(real.stat(path), (info) => ({ ...info, size: ByteSize.zero }))
        })
        const again = yield* analyseAll(temporary.folder, { maxSize: 100 }).pipe(
          Effect.provideService(FileSystem.FileSystem, lying)
        )
        assert.deepStrictEqual([again.files.length, again.tally.failures[0]?.kind], [1, "too large"])
      }).pipe(provideNode)
    )

    it.live.skipIf(isMissing("mkfifo"))("sockets and named pipes are skipped and counted", () =>
      Effect.gen(function* () {
        using temporary = temporaryFolder({ "good.txt": "good" })
        execFileSync("mkfifo", [temporary.in("pipe"), temporary.in("pipe too")])
        fs.symlinkSync("pipe", temporary.in("link to a pipe"))
        yield* Effect.acquireRelease(
          Effect.callback<net.Server>((resume) => {
            const server = net.createServer()
            server.listen(temporary.in("socket"), () => resume(Effect.succeed(server)))
          }),
          (server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
        )
        const { files, tally } = yield* analyseAll(temporary.folder)
        assert.strictEqual(files.length, 1)
        assert.deepStrictEqual(tally.failures, [])
        assert.deepStrictEqual(Object.fromEntries(tally.skipped), { FIFO: 3, Socket: 1 })
      }).pipe(Effect.scoped, provideNode)
    )

    it.live("the depth of a folder is no problem", () =>
      Effect.gen(function* () {
        using temporary = temporaryFolder({ [`${"d/".repeat(400)}deep.txt`]: "deep" })
        const { files, tally } = yield* analyseAll(temporary.folder)
        assert.deepStrictEqual([files.length, tally.folders, tally.failures.length], [1, 401, 0])
      }).pipe(provideNode)
    )
  })

  describe("the time limit of a file", () => {
    it.effect("stops its analysis, not a millisecond before, and reports it", () =>
      Effect.gen(function* () {
        using temporary = temporaryFolder({ "slow.txt": "slow" })
        const program = yield* startSlow(temporary.folder, Option.some(Duration.millis(200)))
        yield* TestClock.adjust("199 millis")
        assert.deepStrictEqual(yield* TestConsole.logLines, [])
        yield* TestClock.adjust("1 millis")
        yield* Fiber.join(program)
        const printed = (yield* TestConsole.logLines).join("\n")
        assert.include(printed, "0 files analysed in 200 ms.")
        assert.match(printed, /^Failures: 1\n {2}timed out: 1\n {4}slow\.txt \(stopped after 200ms\)$/m)
        assert.match(printed, /^ {2}analyse +1 +1 +0 +200 ms /m)
      }).pipe(provideNode)
    )

    it.live(
      "stops a real analysis too",
      () =>
        Effect.promise(async () => {
          using temporary = temporaryFolder({ "large.bin": noise(50 * megabyte), "small.txt": "small" })
          const { code, stdout } = await runDemo([temporary.folder, "--timeout", "500 millis"])
          assert.strictEqual(code, 0)
          assert.match(stdout, /^ {2}timed out: \d$/m)
          assert.match(stdout, /^ {4}large\.bin \(stopped after 500ms(, stuck in .+ at .+:\d+)?\)$/m)
        }),
      60_000
    )
  })

  describe("--poison", () => {
    // Where the loop is: the report is to lead there.
    const source = fs.readFileSync(poisonFile, "utf8").split("\n")
    const loop = source.findIndex((line) => line.includes("while (")) + 1
    const stuckAfter = (time: string) =>
      new RegExp(
        `^ {4}(\\w+\\.txt) \\(stopped after ${time}, stuck in findTerminator at ` +
          `examples/analyse-folder/Poison\\.ts:(${loop}|${loop + 1})\\)$`,
        "m"
      )

    it.live(
      "one file is stopped and reported with the line it was stuck at, and all others are analysed",
      () =>
        Effect.promise(async () => {
          const names = Array.from({ length: 40 }, (_, i) => `${i}.txt`)
          using temporary = temporaryFolder(Object.fromEntries(names.map((name) => [name, `${name} words`])))
          const { code, stdout } = await runDemo([temporary.folder, "--poison"])
          assert.strictEqual(code, 0)
          assert.match(stdout, /: 39 files analysed in /)
          assert.match(stdout, /^ {2}words +78$/m)
          assert.match(stdout, /^Failures: 1\n {2}timed out: 1$/m)
          assert.include(names, stuckAfter("2s").exec(stdout)?.[1])
          assert.match(stdout, /^ {2}analyse +40 +1 +0 /m)
        }),
      60_000
    )

    it.live(
      "an empty file, and one that was moved to its thread, can be the one",
      () =>
        Effect.promise(async () => {
          for (const contents of ["", "moved ".repeat(40_000)]) {
            using temporary = temporaryFolder({ "one.txt": contents })
            const { code, stdout } = await runDemo([temporary.folder, "--poison", "--timeout", "300ms"])
            assert.strictEqual(code, 0)
            assert.strictEqual(stuckAfter("300ms").exec(stdout)?.[1], "one.txt")
          }
        }),
      60_000
    )

    it.live(
      "SIGINT ends the program though a thread is in an endless loop",
      () =>
        Effect.promise(async () => {
          using temporary = temporaryFolder({ "one.txt": "one" })
          const run = startDemo([temporary.folder, "--poison", "--timeout", "1h"])
          await run.until(/analyse: 1 running/)
          run.kill("SIGINT")
          const { code, signal, stdout } = await run.ended
          assert.deepStrictEqual([code, signal], [130, null])
          assert.match(stdout, /^Interrupted after 0 of 1 files\.$/m)
          assert.match(stdout, /^ {2}analyse +1 +0 +1 /m)
        }),
      60_000
    )
  })

  describe("an interruption", () => {
    it.effect("ends the tasks that run, and prints what was done", () =>
      Effect.gen(function* () {
        using temporary = temporaryFolder({ "slow.txt": "slow" })
        const program = yield* startSlow(temporary.folder, Option.none())
        // Twice, as by someone in a hurry.
        yield* Effect.all([Fiber.interrupt(program), Fiber.interrupt(program)], { concurrency: 2 })
        const printed = yield* TestConsole.logLines
        assert.strictEqual(printed.length, 1)
        assert.match(String(printed[0]), /^Interrupted after 0 of 1 files\.$/m)
        assert.match(String(printed[0]), /^ {2}analyse +1 +0 +1 /m)
      }).pipe(provideNode)
    )

    // Many seconds of work for one small file's worth of disk.
    const manyLinks = () => {
      const temporary = temporaryFolder({ "0.bin": noise(16 * megabyte) })
      for (let i = 1; i < 100; i++) fs.linkSync(temporary.in("0.bin"), temporary.in(`${i}.bin`))
      return temporary
    }

    const interruptedSummary = /^Interrupted after (\d+) of 100 files\.$/m

    for (const [name, signals] of [
      ["SIGINT", ["SIGINT"]],
      ["SIGINT, twice", ["SIGINT", "SIGINT"]],
      ["SIGTERM", ["SIGTERM"]]
    ] as const) {
      it.live(
        `by ${name} ends the program soon, with a summary and exit code 130`,
        () =>
          Effect.promise(async () => {
            using temporary = manyLinks()
            const run = startDemo([temporary.folder])
            await run.until(/of 100 files/)
            const since = performance.now()
            for (const signal of signals) run.kill(signal)
            const { code, signal, stderr, stdout } = await run.ended
            assert.deepStrictEqual([code, signal], [130, null])
            // Nowhere near the time that all of it would take.
            assert.isBelow(performance.now() - since, 15_000)
            const done = Number(interruptedSummary.exec(stdout)?.[1])
            assert.isBelow(done, 100)
            assert.match(stdout, new RegExp(`: ${done} files? analysed in `))
            assert.match(stdout, /^ {2}analyse /m)
            assert.notMatch(stdout + stderr, controlCharacters)
            assert.notMatch(stdout + stderr, /Error|at file:/)
          }),
        60_000
      )
    }
  })

  describe("the command line", () => {
    it.live(
      "prints a table, and nothing that steers a terminal where there is none",
      () =>
        Effect.promise(async () => {
          using temporary = temporaryFolder({
            "a.txt": "one two three\nfour\n",
            "b.TXT": "five\n",
            "c.md": "six\n",
            "sub/same.md": "six\n",
            "\x1b[31mred\nname\u202e": ""
          })
          fs.symlinkSync("nowhere", temporary.in("\x1b]0;dangling\x07"))
          const { code, stderr, stdout } = await runDemo([temporary.folder])
          assert.strictEqual(code, 0)
          assert.match(stdout, /: 5 files analysed in \d+(\.\d)? m?s\.$/m)
          assert.match(stdout, /^ {2}files +5 {2}in 2 folders$/m)
          assert.match(stdout, /^ {2}lines +5$/m)
          assert.match(stdout, /^ {2}words +7$/m)
          assert.match(stdout, /^ {2}size +32 B {2}/m)
          assert.match(stdout, /^ {2}duplicates +1 /m)
          assert.match(stdout, /^ {2}\.txt +2 +3 +5 +24 B /m)
          assert.match(stdout, /^ {2}\.md +2 +2 +2 +8 B /m)
          assert.match(stdout, /^ {2}\(none\) +1 +0 +0 +0 B /m)
          assert.match(stdout, /^ {2}not found: 1\n {4}�\]0;dangling� \(ENOENT\)$/m)
          assert.notMatch(stdout + stderr, controlCharacters)
          assert.notInclude(stdout, "\u202e")
        }),
      60_000
    )

    it.live(
      "without arguments analyses more than a thousand files",
      () =>
        Effect.promise(async () => {
          const { code, stdout } = await runDemo([])
          assert.strictEqual(code, 0)
          const [, files = "0"] = /^node_modules\/effect: ([\d,]+) files analysed in /m.exec(stdout) ?? []
          assert.isAbove(Number(files.replaceAll(",", "")), 1000)
          assert.notInclude(stdout, "Failures")
        }),
      120_000
    )

    it.live(
      "takes a single file, and an empty folder",
      () =>
        Effect.promise(async () => {
          using temporary = temporaryFolder({ "a.txt": "one two\n" })
          const file = await runDemo([temporary.in("a.txt")])
          assert.strictEqual(file.code, 0)
          assert.match(file.stdout, /a\.txt: 1 file analysed in /)
          assert.match(file.stdout, /^ {2}words +2$/m)

          fs.rmSync(temporary.in("a.txt"))
          const empty = await runDemo([temporary.folder])
          assert.deepStrictEqual([empty.code, empty.stdout], [0, `There are no files in ${temporary.folder}.\n`])
        }),
      60_000
    )

    it.live(
      "--help explains the arguments",
      () =>
        Effect.promise(async () => {
          const { code, stderr, stdout } = await runDemo(["--help"])
          assert.deepStrictEqual([code, stderr], [0, ""])
          for (const part of ["[<folder>]", "--timeout duration", "--max-size size", "--poison", "npm run demo"]) {
            assert.include(stdout, part)
          }
          assert.notMatch(stdout, controlCharacters)
        }),
      60_000
    )

    for (const [args, message] of [
      [
        ["no/such/folder"],
        /Invalid value for argument <folder>: "no\/such\/folder"\. Expected: a folder or file that exists/
      ],
      [["--timeout", "soon"], /Invalid value for flag --timeout: "soon"\. Expected a duration of more than zero/],
      [["--max-size", "huge"], /Invalid value for flag --max-size: "huge"\. Expected a size/],
      [["--fast"], /Unrecognized flag: --fast/],
      [["src", "test"], /Unexpected positional argument: "test"/]
    ] as const) {
      it.live(
        `${args.join(" ")} is refused with exit code 2`,
        () =>
          Effect.promise(async () => {
            const { code, stderr, stdout } = await runDemo(args)
            assert.strictEqual(code, 2)
            assert.match(stderr, message)
            assert.notMatch(stdout + stderr, controlCharacters)
            assert.notMatch(stdout + stderr, /at file:/)
          }),
        60_000
      )
    }

    // The tests may run as root, who can read everything, so another user has to try.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
    it.live(
      "a file and a folder without permission are failures",
      (context) =>
        Effect.promise(async () => {
          using temporary = temporaryFolder({ "good.txt": "good", "secret.txt": "secret", "closed/in.txt": "in" })
          const probe = await new Run(process.execPath, [...demoArgs, "--help"], nobody).ended.catch(() => undefined)
          if (probe?.code !== 0) {
            console.log("Not tested with files without permission: nobody but root can run the demo here")
            return context.skip()
          }
          fs.chmodSync(temporary.folder, 0o755)
          fs.chmodSync(temporary.in("secret.txt"), 0)
          fs.chmodSync(temporary.in("closed"), 0)
          const { code, stdout } = await runDemo([temporary.folder], nobody)
          fs.chmodSync(temporary.in("closed"), 0o755)
          assert.strictEqual(code, 0)
          assert.match(stdout, /: 1 file analysed in /)
          assert.match(stdout, /^ {2}permission denied: 2$/m)
          assert.match(stdout, /^ {4}closed \(EACCES\)$/m)
          assert.match(stdout, /^ {4}secret\.txt \(EACCES\)$/m)
        }),
      60_000
    )

    it.live.skipIf(isMissing("script"))(
      "on a terminal draws a bar, and erases it",
      () =>
        Effect.promise(async () => {
          const command = [process.execPath, ...demoArgs].map((part) => `'${part}'`).join(" ")
          const environment = { ...process.env, TERM: "xterm" }
          const run = new Run("script", ["-qec", `stty cols 100; ${command} node_modules/effect/src`, "/dev/null"], {
            env: environment
          })
          const { code, stdout } = await run.ended
          assert.strictEqual(code, 0)
          const end = stdout.lastIndexOf("\x1b[?25h")
          const [before = "", ...frames] = stdout.slice(0, end).split("\x1b[?25l")
          assert.strictEqual(before, "")
          assert.match(frames.join(""), /\d % [█░]+ .* of [\d,]+\+? files .* [kM]?B\/s/)
          for (const line of frames.join("").split("\n")) {
            // oxlint-disable-next-line no-control-regex
            assert.isBelow(line.replace(/\x1b\[\w+|\r/g, "").length, 100)
          }
          // The table follows the bar, and contains no control characters.
          assert.notMatch(stdout.slice(end + 6).replaceAll("\r\n", "\n"), controlCharacters)
        }),
      120_000
    )
  })

  describe("the parts", () => {
    it("parseDuration knows the long and the short notation", () => {
      const millis = (text: string) => Option.getOrUndefined(Option.map(parseDuration(text), Duration.toMillis))
      assert.deepStrictEqual(
        ["200ms", "200 millis", "2s", "1 second", "1.5 s", "2min", "1 minute", "1h", " 5 ms "].map(millis),
        [200, 200, 2000, 1000, 1500, 120_000, 60_000, 3_600_000, 5]
      )
      for (const text of ["", "200", "ms", "0ms", "-1s", "1 fortnight", "1s 2s", "Infinity", "NaN s", "1 toString"]) {
        assert.strictEqual(millis(text), undefined, text)
      }
    })

    it("numbers are written for people", () => {
      assert.deepStrictEqual([0, 999, 1000, 61_234_567].map(inBytes), ["0 B", "999 B", "1.0 kB", "61.2 MB"])
      assert.deepStrictEqual([0, 999, 1000, 59_900, 59_990, 3_725_000].map(inTime), [
        "0 ms",
        "999 ms",
        "1.0 s",
        "59.9 s",
        "1 min 00 s",
        "62 min 05 s"
      ])
      assert.deepStrictEqual([inPercent(1, 3), inPercent(0, 0)], ["33.3 %", "-"])
    })

    it("names are made printable, and short", () => {
      assert.strictEqual(printable("a\x1b[2Jb\nc\u2028"), "a�[2Jb�c�")
      assert.strictEqual(shortened("a/long/path", 7), "…g/path")
      assert.strictEqual(shortened("path", 4), "path")
    })

    it("table aligns its columns", () => {
      assert.deepStrictEqual(table("lr", [["name", "n"], ["a", "100"], ["longest"]]), [
        "name       n",
        "a        100",
        "longest"
      ])
    })

    it.live("says how far it is with a large file", () =>
      Effect.gen(function* () {
        const size = 8 * megabyte
        using temporary = temporaryFolder({ "large.bin": noise(size) })
        const parts: Array<number> = []
        class Watched extends Tally {
          override isAt(path: string, part: number) {
            parts.push(part)
            return super.isAt(path, part)
          }
        }
        const tally = new Watched()
        const files = pipeline({
          root: temporary.folder,
          maxSize: atMost(2 * size),
          analyse: Analyses.analyse,
          stages: yield* makeStages(Option.none()),
          tally
        })
        yield* Stream.runDrain(files)
        assert.isAbove(parts.length, 10)
        assert.deepStrictEqual(
          parts,
          parts.toSorted((a, b) => a - b)
        )
        assert.isBelow(parts.at(-1)!, 1)
        assert.strictEqual(tally.underWay.size, 0)
        assert.strictEqual(tally.totals.size, size)
      }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
    )

    it("the bar and the table fit into any terminal, and the table says what each worker is at", () => {
      const meters = ["walk", "read", "analyse"].map((name) => new StageMeter({ name, maxWorkers: 16 }))
      const stages = meters.map((meter) => ({ name: meter.name, running: 12, pending: 345, meter }))
      meters[2]!.add({
        _tag: "Started",
        id: 1,
        name: `some/folder/${"long".repeat(50)}/evil\u001b[2J.ts`,
        group: undefined,
        key: undefined,
        cost: undefined,
        time: 10_000_000,
        worker: 2,
        attempt: 1
      })
      const progress: Progress = {
        done: 12_345,
        found: 123_456,
        isAllFound: false,
        failures: 3,
        size: 1e12,
        millis: 1,
        now: 12_500,
        stages,
        underWay: [{ path: "/a/large file with a name that is rather long.bin", part: 0.25 }]
      }
      for (let columns = 1; columns < 200; columns++) {
        for (const line of asBar(progress, columns)) assert.isBelow(line.length, columns)
        for (const line of asTable(progress, columns, 50)) assert.isBelow(line.length, columns)
      }
      assert.match(asLine(progress), /long\.bin 25\.0 %/)
      for (let rows = 2; rows < 30; rows++) assert.isBelow(asTable(progress, 120, rows).length, rows)
      const wide = asTable(progress, 120, 50)
      assert.match(wide[5]!, /^ {2}analyse +12 of 16 +345 /)
      assert.match(wide.at(-2)!, /^ {2}analyse 2: +2\.5 s {2}….*evil\uFFFD\[2J\.ts$/)
      const none: Progress = { ...progress, done: 0, found: 0, size: 0, millis: 0 }
      assert.match(asBar(none, 80)[0]!, /^ {2}0 % ░+ {2}0 of 0\+ files/)
    })
  })
})
