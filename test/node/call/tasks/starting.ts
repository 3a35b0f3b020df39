import * as Effect from "effect/Effect"
import { refuseWhileImporting } from "../../../../src/internal/node/refuseToStart.ts"

await Effect.runPromise(refuseWhileImporting("ThreadExecutor.make"))
