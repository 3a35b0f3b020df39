const { Effect } = require("effect")
const { Executor } = require("effect-futures")
const { ThreadExecutor } = require("effect-futures/node")
const { Sums } = require("./tasks.cjs")

const program = Effect.flatMap(Executor.Executor, (cpu) => Executor.run(cpu, Sums.add(40, 2)))

void Effect.runPromise(Effect.provide(program, ThreadExecutor.layer({ maxWorkers: 1 }))).then(console.log)
