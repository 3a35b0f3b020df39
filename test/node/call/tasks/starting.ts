import * as Effect from "effect/Effect"
import { refuseWhileImporting } from "../../../../src/internal/worker/importing.ts"

await Effect.runPromise(refuseWhileImporting("ThreadExecutor.make"))
