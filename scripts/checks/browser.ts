import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { outputOf, type Project, tool } from "./Project.ts"

/** The results of `consumer/browser/page.ts`. */
export const pageTitle = JSON.stringify([
  ["first", "TaskTimeoutError", true, [1, 4, 9], "cancelled"],
  "timeUp",
  ["InterleaveFailure", true]
])

const chromium = ["chromium", "chromium-browser", "google-chrome"].find(
  (name) => spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0
)

/** The core in a real browser: a page that esbuild makes, which Chromium opens. */
export const browser = (project: Project): void => {
  if (chromium === undefined) {
    const reason = "There is no Chromium here (Debian: apt-get install chromium), so the core was not run in a browser"
    if (process.env["CI"] !== undefined && process.platform === "linux") throw new Error(reason)
    return console.log(reason)
  }
  const folder = project.copy("browser", ["browser"])
  outputOf(tool("esbuild"), ["page.ts", "--bundle", "--format=iife", "--outdir=.", "--log-level=error"], folder)
  const page = path.join(folder, "page.html")
  fs.writeFileSync(page, `<!doctype html><title>pending</title><script src="page.js"></script>`)
  const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
  const profile = `--user-data-dir=${path.join(folder, "profile")}`
  // Virtual time goes on whenever the page has nothing to do, for so many milliseconds in all.
  const args = [...flags, profile, "--virtual-time-budget=60000", "--dump-dom", `file://${page}`]
  const title = /<title>(.*?)<\/title>/.exec(outputOf(chromium, args, folder))?.[1]
  if (title?.replaceAll("&quot;", '"') !== pageTitle) throw new Error(`The page gave ${title} instead of ${pageTitle}`)
}
