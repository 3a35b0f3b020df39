import { useCompileCache } from "../compileCache.ts"
import { installLazyModules } from "../lazyModules.ts"

// The file that worker processes run. What they do is in a module of its own, as it imports some for which there are stand-ins.
useCompileCache()
installLazyModules()
await import("./worker.ts")
