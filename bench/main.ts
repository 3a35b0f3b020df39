/** Compares the library with its peers: `npm run bench -- --help`. */
import * as fs from "node:fs"
import * as path from "node:path"
import { styleText } from "node:util"
import { replaceGenerated } from "./docs.ts"
import { type Options, parseOptions, usage } from "./options.ts"
import { render } from "./render.ts"
import { run } from "./run.ts"
import { startChild } from "./startChild.ts"
import { stopwatch } from "./stopwatch.ts"

const document = path.join(import.meta.dirname, "../docs/benchmarks.md")

// Styles are only for terminals.
const progress = (line: string): void => {
  process.stderr.write(`${styleText("dim", line, { stream: process.stderr })}\n`)
}

const main = async ({ scale, only, json, writeDocs }: Options): Promise<void> => {
  const elapsed = stopwatch()
  const report = await run(scale, only, startChild, progress)
  progress(`took ${Math.round(elapsed() / 1000)} s`)
  const text = render(report)
  process.stdout.write(`${text}\n`)
  if (json !== undefined) fs.writeFileSync(json, `${JSON.stringify(report, undefined, 2)}\n`)
  if (writeDocs) fs.writeFileSync(document, replaceGenerated(fs.readFileSync(document, "utf8"), text))
}

const parse = (): Options | undefined => {
  try {
    return parseOptions(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${usage}\n`)
    process.exit(2)
  }
}

const options = parse()
if (options === undefined) process.stdout.write(`${usage}\n`)
else await main(options)
