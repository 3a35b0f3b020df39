import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import type { Readable, Writable } from "node:stream"

const names = ["chromium", "chromium-browser", "google-chrome"]

/** The browser that is installed here, if there is one. */
export const chromium = names.find((name) => spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0)

/** A browser without a window, told what to do through two pipes: no port is opened. */
export class Chromium {
  private readonly child: ChildProcess
  private readonly profile: string
  private readonly waiting = new Map<number, (message: Reply) => void>()
  private readonly session: Promise<string>
  private lastId = 0

  constructor() {
    this.profile = fs.mkdtempSync(path.join(os.tmpdir(), "effect-futures-chromium-"))
    const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    this.child = spawn(
      chromium!,
      [...flags, "--remote-debugging-pipe", `--user-data-dir=${this.profile}`, "--window-size=1400,900", "about:blank"],
      { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] }
    )
    let rest = ""
    ;(this.child.stdio[4] as Readable).on("data", (chunk: Buffer) => {
      const messages = (rest + chunk.toString()).split("\0")
      rest = messages.pop()!
      for (const text of messages) {
        const message = JSON.parse(text) as Reply
        if (message.id !== undefined) this.waiting.get(message.id)?.(message)
      }
    })
    this.session = this.attach()
  }

  private async attach(): Promise<string> {
    const { targetInfos } = (await this.send("Target.getTargets", {})) as {
      readonly targetInfos: ReadonlyArray<{ readonly targetId: string; readonly type: string }>
    }
    const { targetId } = targetInfos.find(({ type }) => type === "page")!
    const { sessionId } = (await this.send("Target.attachToTarget", { targetId, flatten: true })) as {
      readonly sessionId: string
    }
    return sessionId
  }

  private send(method: string, params: object, sessionId?: string): Promise<unknown> {
    const id = ++this.lastId
    const command = JSON.stringify({ id, method, params, ...(sessionId === undefined ? {} : { sessionId }) })
    ;(this.child.stdio[3] as Writable).write(`${command}\0`)
    return new Promise((resolve, reject) =>
      this.waiting.set(id, ({ error, result }) =>
        error === undefined ? resolve(result) : reject(new Error(`${method}: ${error.message}`))
      )
    )
  }

  async open(file: string): Promise<void> {
    await this.send("Page.navigate", { url: `file://${file}` }, await this.session)
    await this.evaluate(
      "new Promise((done) => document.readyState === 'complete' ? done() : addEventListener('load', done))"
    )
  }

  /** Opens the page of a trace, and waits until all of it is there. */
  async openTrace(file: string): Promise<void> {
    await this.open(file)
    await this.evaluate(
      `new Promise((done) => {
        const look = () => performance.getEntriesByName("complete").length > 0 ? done() : requestAnimationFrame(look)
        look()
      })`
    )
  }

  /** The value of an expression in the page. */
  async evaluate(expression: string): Promise<unknown> {
    const params = { expression, awaitPromise: true, returnByValue: true }
    const { exceptionDetails, result } = (await this.send("Runtime.evaluate", params, await this.session)) as {
      readonly exceptionDetails?: { readonly exception?: { readonly description?: string } }
      readonly result: { readonly value?: unknown }
    }
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description ?? "it threw")
    return result.value
  }

  async screenshot(to: string): Promise<void> {
    const { data } = (await this.send("Page.captureScreenshot", {}, await this.session)) as { readonly data: string }
    fs.writeFileSync(to, Buffer.from(data, "base64"))
  }

  /** Sets the preferences of those who look at the page. */
  async prefer(scheme: "dark" | "light"): Promise<void> {
    const features = [{ name: "prefers-color-scheme", value: scheme }]
    await this.send("Emulation.setEmulatedMedia", { features }, await this.session)
  }

  /** Sets the size of the window, in pixels. */
  async resize(width: number, height: number): Promise<void> {
    const metrics = { width, height, deviceScaleFactor: 1, mobile: false }
    await this.send("Emulation.setDeviceMetricsOverride", metrics, await this.session)
  }

  async press(key: string): Promise<void> {
    const session = await this.session
    await this.send(
      "Input.dispatchKeyEvent",
      { type: "keyDown", key, ...(key.length === 1 ? { text: key } : {}) },
      session
    )
    await this.send("Input.dispatchKeyEvent", { type: "keyUp", key }, session)
  }

  async type(text: string): Promise<void> {
    for (const key of text) await this.press(key)
  }

  /** Clicks at a point of the window, in pixels. */
  async clickAt(x: number, y: number): Promise<void> {
    const session = await this.session
    for (const type of ["mousePressed", "mouseReleased"]) {
      await this.send("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 }, session)
    }
  }

  /** Scrolls to an element, which an expression gives, and clicks in the middle of it. */
  async click(element: string): Promise<void> {
    const [x, y] = (await this.evaluate(
      `((element) => {
        element.scrollIntoView({ block: "nearest", behavior: "instant" })
        const { height, left, top, width } = element.getBoundingClientRect()
        return [left + width / 2, top + height / 2]
      })(${element})`
    )) as readonly [number, number]
    await this.clickAt(x, y)
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve))
    this.child.kill("SIGKILL")
    await ended
    fs.rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

interface Reply {
  readonly id?: number
  readonly result?: unknown
  readonly error?: { readonly message: string }
}
