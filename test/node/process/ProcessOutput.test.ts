import { PassThrough, Writable } from "node:stream"
import { afterEach, assert, describe, it, vi } from "vitest"
import { ProcessOutput } from "../../../src/internal/node/process/ProcessOutput.ts"

/** The output of this process, as one whose reader takes nothing until it is told to. */
class SlowReader extends Writable {
  text = ""
  private goOn: (() => void) | undefined

  constructor() {
    super({ highWaterMark: 1, decodeStrings: false })
  }

  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString()
    this.goOn = done
  }

  /** Takes all that is there and all that comes. */
  takeAll(): void {
    this._write = (chunk: string | Buffer, _encoding, done) => {
      this.text += chunk.toString()
      done()
    }
    this.goOn?.()
  }
}

const slowStdout = (): SlowReader => {
  const reader = new SlowReader()
  vi.spyOn(process, "stdout", "get").mockReturnValue(reader as Writable as typeof process.stdout)
  return reader
}

const follow = (stdout: PassThrough) => new ProcessOutput("inherit", { stdout, stderr: null })

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

describe("what a worker process prints", () => {
  afterEach(() => void vi.restoreAllMocks())

  it("waits for the reader of this process's output, with one listener for all workers", async () => {
    const reader = slowStdout()
    const pipes = Array.from({ length: 20 }, () => new PassThrough())
    const outputs = pipes.map(follow)
    pipes.forEach((pipe, i) => pipe.end(`${i}\n`))
    await turn()
    assert.isTrue(pipes.slice(1).every((pipe) => pipe.isPaused()))
    assert.strictEqual(reader.listenerCount("drain"), 1)
    assert.strictEqual(reader.listenerCount("close"), 1)
    reader.takeAll()
    await Promise.all(outputs.map((output) => output.closed))
    assert.strictEqual(reader.text, pipes.map((_, i) => `${i}\n`).join(""))
    assert.strictEqual(reader.listenerCount("drain"), 0)
    assert.strictEqual(reader.listenerCount("close"), 0)
  })

  describe("in lines, of which the last arrives in parts,", () => {
    const full = "x\nbegun"

    it("has no line of another worker in the middle of one", async () => {
      const reader = slowStdout()
      reader.takeAll()
      const [one, other] = [new PassThrough({ highWaterMark: 1e6 }), new PassThrough()]
      const outputs = [follow(one), follow(other)]
      one.write(full)
      await turn()
      other.write("other\n")
      await turn()
      one.write(" and ended\n")
      one.end()
      other.end()
      await Promise.all(outputs.map((output) => output.closed))
      const lines = reader.text.split("\n").slice(1, -1)
      assert.sameMembers(lines, ["begun and ended", "other"])
    })

    it("is printed though more of it comes all the time", async () => {
      const reader = slowStdout()
      reader.takeAll()
      const pipe = new PassThrough()
      const output = follow(pipe)
      const dots = setInterval(() => pipe.write("."), 5)
      await vi.waitFor(() => assert.include(reader.text, "."))
      clearInterval(dots)
      pipe.end()
      await output.closed
    })

    it("is printed whole if nothing more comes, and if that is its end", async () => {
      const reader = slowStdout()
      reader.takeAll()
      const pipe = new PassThrough({ highWaterMark: 1e6 })
      const output = follow(pipe)
      pipe.write(full)
      await turn()
      assert.strictEqual(reader.text, "x\n")
      await vi.waitFor(() => assert.strictEqual(reader.text, full))
      pipe.end(full)
      await output.closed
      assert.strictEqual(reader.text, full + full)
    })
  })

  it("is printed whole after its exit, however slow the reader is", async () => {
    const reader = slowStdout()
    const pipe = new PassThrough()
    const output = follow(pipe)
    pipe.write("first\n")
    await turn()
    for (let i = 0; i < 10; i++) pipe.write(`${i}\n`)
    pipe.end()
    output.exited()
    // Longer than a pipe would be waited for that somebody else holds open.
    await new Promise((resolve) => setTimeout(resolve, 700))
    assert.strictEqual(reader.text, "first\n")
    reader.takeAll()
    await output.closed
    assert.strictEqual(reader.text, "first\n0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n")
  })

  it("is not waited for after its exit if nothing comes, though somebody holds the pipe open", async () => {
    const output = follow(new PassThrough())
    output.exited()
    await output.closed
  })

  it("is not waited for after its exit if somebody else goes on to write without end", async () => {
    const reader = slowStdout()
    reader.takeAll()
    const pipe = new PassThrough()
    const output = follow(pipe)
    const writing = setInterval(() => pipe.write("x".repeat(100_000)), 1)
    output.exited()
    await output.closed
    clearInterval(writing)
  })

  it("does not stop a worker when this process's output is closed", async () => {
    const reader = slowStdout()
    const pipe = new PassThrough()
    const output = follow(pipe)
    pipe.write("first\n")
    await turn()
    reader.on("error", () => {})
    reader.destroy(new Error("its reader is gone"))
    pipe.end("second\n")
    await output.closed
  })
})
