import { DurableExecutor } from "effect-futures/durable"
import { durableBehaviour, sqlClient } from "./behaviour.ts"

durableBehaviour("DurableExecutor in memory", sqlClient(DurableExecutor.layerMemory))
