import * as fs from "node:fs"
import * as path from "node:path"
import { root } from "../root.ts"
import { outputOf, type Project } from "./Project.ts"

/** Follows docs/getting-started.md to the letter in an empty folder: saves its files, types its commands, reads what they print. */
export const gettingStarted = (project: Project): void => {
  const guide = fs.readFileSync(path.join(root, "docs/getting-started.md"), "utf8")
  const reader = new Reader(project, path.join(project.folder, "..", "getting-started"))
  for (const [, language, block] of guide.matchAll(/^```(ts|json|sh|text)\n([^]*?)\n```$/gm)) {
    if (language === "ts") reader.save(/^\/\/ file: (\S+)\n/.exec(block!)?.[1], `${block}\n`)
    else if (language === "json") reader.save("tsconfig.json", `${block}\n`)
    else if (language === "sh") for (const command of block!.split("\n")) reader.type(command)
    else reader.expect(block!)
  }
  if (reader.compared < 5) throw new Error("docs/getting-started.md shows less than it did")
}

class Reader {
  compared = 0
  private readonly project: Project
  private folder: string
  private printed = ""

  constructor(project: Project, folder: string) {
    this.project = project
    this.folder = folder
    fs.mkdirSync(folder)
  }

  save(file: string | undefined, text: string): void {
    if (file === undefined) throw new Error(`docs/getting-started.md does not say where to save this:\n${text}`)
    fs.writeFileSync(path.join(this.folder, file), text)
  }

  type(command: string): void {
    const [program = "", ...args] = command.split(" ")
    if (program === "mkdir") return fs.mkdirSync(path.join(this.folder, args[0]!))
    if (program === "cd") return void (this.folder = path.join(this.folder, args[0]!))
    this.printed = outputOf(program, this.withThisPackage(args), this.folder)
  }

  /** The packed tarball takes the place of the published package. */
  private withThisPackage(args: ReadonlyArray<string>): ReadonlyArray<string> {
    if (args[0] !== "install") return args
    const flags = args.slice(1).filter((arg) => arg.startsWith("-"))
    const names = args.slice(1).filter((arg) => !arg.startsWith("-"))
    return ["install", "--prefer-offline", ...flags, ...this.project.installed(names)]
  }

  expect(text: string): void {
    this.compared++
    if (this.printed.trim() === text.trim()) return
    throw new Error(`docs/getting-started.md has this:\n${text}\nThis was printed:\n${this.printed}`)
  }
}
