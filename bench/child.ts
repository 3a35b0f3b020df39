/** A process that measures one contender, when its parent says so. */
import type { Answer, Job, Request } from "./Job.ts"
import { loadSubject } from "./subject.ts"

const subject = await loadSubject(JSON.parse(process.argv[2]!) as Job)

const answer = async (request: Request): Promise<Answer> =>
  request === "measure" ? await subject.measure() : ((await subject.warmUp()) ?? "done")

process.on("message", async (request: Request) => process.send!(await answer(request)))
process.on("disconnect", async () => {
  // Child processes of the contender would outlive this process.
  await subject.stop()
  process.exit()
})
process.send!("done" satisfies Answer)
