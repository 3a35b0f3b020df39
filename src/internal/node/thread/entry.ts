import { installLazyModules } from "../lazyModules.ts"

// The file that worker threads run. What they do is in a module of its own, as it imports some for which there are stand-ins.
installLazyModules()
await import("./worker.ts")
