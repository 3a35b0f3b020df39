// A process that works: `node worker.ts CONTENDER URL QUEUE PLACES`
import { now } from "./Contender.ts"
import { contenders } from "./contenders/index.ts"
import { backlogged, type Order, type Report } from "./protocol.ts"

const [name = "", url = "", queue = "", places = "1"] = process.argv.slice(2)
const contender = contenders.find((each) => each.name === name)
if (contender === undefined) throw new Error(`there is no contender ${JSON.stringify(name)}`)

const report = (message: Report): void => void process.send?.(message)

let count = 0
let waited: Array<number> = []
const flush = (): void => {
  if (count === 0) return
  report({ _tag: "Ran", count, waited })
  count = 0
  waited = []
}
let stop: (() => Promise<void>) | undefined
let before = process.cpuUsage()

process.on("message", async (order: Order) => {
  if (order === "start") {
    before = process.cpuUsage()
    setInterval(flush, 5)
    stop = await contender.work(url, queue, Number(places), (job) => {
      count++
      if (job.sentAt !== backlogged.sentAt) waited.push(now() - job.sentAt)
    })
    report({ _tag: "Started" })
    return
  }
  // Some contenders would go on for long with a backlog that is not done.
  await Promise.race([stop?.(), new Promise((resolve) => setTimeout(resolve, 5000))])
  flush()
  const { system, user } = process.cpuUsage(before)
  report({ _tag: "Stopped", cpu: (user + system) / 1000 })
  setTimeout(() => process.exit(0), 50)
})

// The parent process has failed.
process.on("disconnect", () => process.exit(1))

report({ _tag: "Loaded" })
