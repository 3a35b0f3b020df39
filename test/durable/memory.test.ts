import { DurableExecutor } from "../../src/durable/index.ts"
import { durableBehaviour, sqlClient } from "./behaviour.ts"

durableBehaviour("DurableExecutor in memory", sqlClient(DurableExecutor.layerMemory))
