import * as Effect from "effect/Effect"
import { refuseWhileImporting } from "../../../../src/internal/remote/host/importing.ts"

await Effect.runPromise(refuseWhileImporting("ThreadExecutor.make"))
