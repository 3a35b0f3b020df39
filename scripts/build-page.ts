import { buildSync } from "esbuild"
import * as fs from "node:fs"
import * as path from "node:path"
import { root } from "./root.ts"

/** The page of a trace as one text: what is in `page/`, made small. */
export const buildPage = (): string => {
  const read = (name: string) => fs.readFileSync(path.join(root, "page", name), "utf8")
  const { outputFiles } = buildSync({
    entryPoints: [path.join(root, "page", "main.ts")],
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    write: false,
    charset: "utf8"
  })
  // Functions replace here, because dollar signs of a replacing text have a meaning.
  return read("page.html")
    .replace("/*style*/", () =>
      read("page.css")
        .replaceAll(/\s*\n\s*/g, " ")
        .trim()
    )
    .replace("/*script*/", () => outputFiles[0]!.text.trim().replaceAll("</script", "<\\/script"))
}

/** The contents of `src/internal/trace/page.ts`. */
export const pageModule = (): string =>
  `// Made by \`npm run build:page\` of what is in page/. Not to be changed by hand.\nexport const page = ${JSON.stringify(buildPage())}\n`

export const pageFile = path.join(root, "src", "internal", "trace", "page.ts")

if (process.argv[1] === import.meta.filename) fs.writeFileSync(pageFile, pageModule())
