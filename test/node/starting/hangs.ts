// For `--import`: keeps a worker from ever being ready, as long as there is a file of that name.
import * as fs from "node:fs"

const file = process.env["HANGS_IF"]!
const isToHang = fs.existsSync(file)
fs.appendFileSync(process.env["NOTES"]!, "started\n")
if (isToHang) {
  setInterval(() => {}, 1000)
  await new Promise(() => {})
}
