import { workerData } from "node:worker_threads"
import { keepOutMainModule } from "../../remote/host/mainModule.ts"
import type { Performer } from "../../remote/host/Performer.ts"
import type { ThreadData } from "./protocol.ts"
import { serve } from "./serve.ts"

// The file that worker threads run.

interface PerformerModule {
  readonly makePerformer: (emit: (message: unknown) => void) => Performer
}

// What `startThread` has put there.
const { performer, main, data } = workerData as {
  readonly performer: string
  readonly main: string | undefined
  readonly data: ThreadData
}
keepOutMainModule(main)
const { makePerformer } = (await import(performer)) as PerformerModule
serve(data, makePerformer)
