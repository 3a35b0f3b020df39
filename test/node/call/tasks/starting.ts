import * as Effect from "effect/Effect"
import { refuseWhileImporting } from "../../../../src/internal/remote/client/makeRemoteExecutor.ts"

await Effect.runPromise(refuseWhileImporting("ThreadExecutor.make"))
