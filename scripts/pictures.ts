/** Makes the pictures of the documentation: `npm run docs:pictures`. They are of the main job, as whoever reads about it would run it. */
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { Chromium, chromium } from "./Chromium.ts"
import { root } from "./root.ts"

if (chromium === undefined) throw new Error("There is no Chromium here (Debian: apt-get install chromium)")

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "effect-futures-pictures-"))
const page = path.join(folder, "run.html")
const images = path.join(root, "docs", "images")

const { status } = spawnSync("npm", ["run", "--silent", "demo", "--", "--poison", "--html", page], {
  cwd: root,
  stdio: ["ignore", "ignore", "inherit"]
})
if (status !== 0) throw new Error(`The main job ended with ${status}`)

// The path of this machine means nothing to whoever sees the picture.
const text = fs.readFileSync(page, "utf8")
fs.writeFileSync(page, text.replaceAll(`file://${root}/`, "").replaceAll(`${root}/`, ""))

fs.mkdirSync(images, { recursive: true })
const browser = new Chromium()
try {
  await browser.openTrace(page)
  await browser.press("f")
  await browser.press("0")
  await browser.screenshot(path.join(images, "poison.png"))
} finally {
  await browser.close()
  fs.rmSync(folder, { recursive: true })
}
