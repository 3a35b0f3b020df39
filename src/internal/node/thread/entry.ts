import { useCompileCache } from "../compileCache.ts"
import { installLazyModules } from "../lazyModules.ts"

// The file that worker threads run. The work is in a separate module, because that imports modules for which there are stand-ins.
useCompileCache()
installLazyModules()
await import("./worker.ts")
