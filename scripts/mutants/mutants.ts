import { mutantsOf, type Mutant } from "./Mutant.ts"

const executor = "src/internal/executor"
const thread = "src/internal/node/thread"
const races = "test/races.test.ts"

/** Mutants of the core, chosen by hand: counters, limits, orders, phases, deadlines, and what is refused. */
export const mutants: ReadonlyArray<Mutant> = [
  ...mutantsOf(
    `${executor}/Engine.ts`,
    ["test/FiberExecutor.test.ts", races],
    [
      ["for (const engine of this.chain) engine.pending++", "this.pending++"],
      ["else engine.running--", "else this.running--"],
      ["engine.tally[outcome]++", "this.tally[outcome]++"],
      ["for (const engine of this.chain) engine.blocked++", "this.blocked++"],
      ["if (engine.options.onFailure === undefined) return", "if (engine.options.onFailure === undefined) continue"],
      ["if (!engine.isIdle) continue", ""],
      ["this.running === this.blocked", "this.running >= this.blocked", "test/FiberExecutor.blocking.test.ts"]
    ]
  ),
  ...mutantsOf(
    `${executor}/Engine.ts`,
    ["test/remoteTasks.test.ts", "test/remoteTasks.random.test.ts"],
    [
      ["    this.root.queue.unshift(task)", "    this.root.queue.push(task)"],
      ["\n    this.timeouts.waits(task)", ""]
    ]
  ),
  ...mutantsOf(
    `${executor}/submit.ts`,
    ["test/FiberExecutor.test.ts", races],
    [["root.pending < root.options.capacity", "root.pending <= root.options.capacity"]]
  ),
  ...mutantsOf(
    `${executor}/queues/CapacityQueue.ts`,
    ["test/Executor.group.test.ts", races],
    [["if (!waiter.hasCapacity()) continue", "if (!waiter.hasCapacity()) return"]]
  ),
  ...mutantsOf(
    `${executor}/TaskRun.ts`,
    ["test/remoteTasks.test.ts", "test/remoteTasks.random.test.ts"],
    [["return (this.preparing += millis)", "return (this.preparing = millis)"]]
  ),
  ...mutantsOf(
    `${executor}/Lifecycle.ts`,
    ["test/Executor.shutdown.test.ts", "test/FiberExecutor.test.ts"],
    [["severity[this.mode] >= severity[mode]", "severity[this.mode] <= severity[mode]"]]
  ),
  ...mutantsOf(
    `${executor}/limits/Admission.ts`,
    ["test/Executor.group.test.ts", "test/FiberExecutor.test.ts", races],
    [
      ["if (this.granted >= this.maxWorkers) return false", "if (this.granted > this.maxWorkers) return false"],
      ["return Math.min(this.ownMaxWorkers", "return Math.max(this.ownMaxWorkers"],
      ["task.priority <= least.priority", "task.priority < least.priority"],
      ["least.priority >= first.priority", "least.priority > first.priority"],
      ["this.engine.queue.unshift(task)", "this.engine.queue.push(task)"],
      ["this.granted--", "this.granted -= 2"],
      [
        "if (!isHeld && this.granted <= this.maxWorkers) return",
        "if (!isHeld && this.granted < this.maxWorkers) return"
      ]
    ]
  ),
  ...mutantsOf(
    `${executor}/limits/Admission.ts`,
    ["test/Executor.rate.test.ts", "test/Executor.keyed.test.ts"],
    [
      ["paid.gate?.refund(cost)", ""],
      ["return this.takesTurns || this.gate !== undefined", "return this.takesTurns"],
      ["(gate === undefined || gate.resetsIn() === 0)", "true"]
    ]
  ),
  ...mutantsOf(
    `${executor}/queues/TaskQueue.ts`,
    [races],
    [
      ["if (above.priority >= level.priority) return", "if (above.priority <= level.priority) return"],
      ["right.priority > left.priority ? right : left", "right.priority < left.priority ? right : left"],
      ["this.levelFor(node.priority).unshift(node)", "this.levelFor(node.priority).push(node)"],
      ["    this.rise(last)\n    this.sink(last)", "    this.sink(last)"],
      ["    this.rise(last)\n    this.sink(last)", "    this.rise(last)"]
    ]
  ),
  ...mutantsOf(
    `${executor}/timeouts/Deadlines.ts`,
    [races, "test/Executor.timeout.test.ts"],
    [
      ["due < this.sleeper.until", "due > this.sleeper.until"],
      ["deadline.due <= now + epsilon", "deadline.due < now - epsilon"],
      [
        "earliest = Math.min(earliest, list.first!.due)",
        "earliest = Math.max(earliest === Infinity ? 0 : earliest, list.first!.due)"
      ],
      ["this.lists.delete(list.limit)\n", ""]
    ]
  ),
  ...mutantsOf(
    `${executor}/limits/TokenBucket.ts`,
    ["test/Executor.rate.test.ts"],
    [
      ["this.fillsIn(Math.min(tokens, this.burst))", "this.fillsIn(tokens)"],
      [
        "this.tokens = Math.min(this.burst, this.tokens + (now - this.at) / this.interval)",
        "this.tokens += (now - this.at) / this.interval"
      ],
      ["if (wait === 0) this.tokens -= tokens", "this.tokens -= tokens"]
    ]
  ),
  ...mutantsOf(
    `${executor}/limits/FixedWindow.ts`,
    ["test/Executor.rate.test.ts"],
    [
      ["this.endsAt = this.now() + this.length", "this.endsAt += this.length"],
      ["if (this.taken <= epsilon) this.endsAt = -Infinity", ""]
    ]
  ),
  ...mutantsOf(
    `${executor}/limits/RateGate.ts`,
    ["test/Executor.rate.test.ts"],
    [
      ["if (cost <= this.leastLimit) return", "if (cost < this.leastLimit) return"],
      ["for (const meter of this.meters) meter.paid -= cost", ""]
    ]
  ),
  ...mutantsOf(
    `${executor}/shutdown.ts`,
    ["test/Executor.shutdown.test.ts", "test/FiberExecutor.test.ts"],
    [
      ['if (mode !== "drain") for', 'if (mode === "interrupt") for'],
      ["for (const each of engines) each.setPaused(false)", ""],
      ['timeout === 0 ? "interrupt" : mode', "mode"]
    ]
  ),
  ...mutantsOf(
    `${executor}/keyed.ts`,
    ["test/Executor.keyed.test.ts"],
    [
      ["engine.admission.takeTurns()", ""],
      ["if (entry.engine.isForgettable) this.drop(entry)", "if (!entry.engine.isForgettable) this.drop(entry)"]
    ]
  ),
  ...mutantsOf(
    "src/internal/Fifo.ts",
    ["test/Fifo.test.ts"],
    [
      ["if (this.head > 0) this.items[--this.head] = item", "if (this.head > 0) this.items[this.head] = item"],
      ["this.tail -= this.head", ""]
    ]
  ),
  ...mutantsOf(
    "src/internal/stream/Demand.ts",
    ["test/stream/Demand.test.ts"],
    [
      ["Math.min(this.left, most)", "this.left"],
      ["if (this.left > 0) wake()\n    else this.wake = wake", "this.wake = wake"]
    ]
  ),
  ...mutantsOf(
    "src/internal/stream/StreamReader.ts",
    ["test/stream/StreamReader.test.ts"],
    [
      ["if (elements.length > this.outstanding) return false", ""],
      ["this.outstanding += owed", ""],
      ["this.at = at + Math.min(most, batch.length - at)", "this.at = batch.length"]
    ]
  ),
  ...mutantsOf(
    "src/internal/future/combine.ts",
    ["test/Future.combining.test.ts"],
    [
      ["Effect.onExit(() => cancelAll(futures))", "Effect.onExit(() => Effect.void)"],
      ["until(futures, failed)", "until(futures, succeeded)"]
    ]
  ),
  ...mutantsOf(
    `${thread}/SharedClaims.ts`,
    ["test/node/thread/SharedClaims.test.ts"],
    [
      ["return (id << 3) | phase | 0", "return phase"],
      ["|| this.move(call, Phase.starting, phase)", ""],
      [
        "if (!this.move(call, Phase.called, Phase.ended)) this.move(call, Phase.begun, Phase.ended)",
        "this.move(call, Phase.called, Phase.ended)"
      ],
      ["? Phase.starting : undefined", "? Phase.handed : undefined"]
    ]
  ),
  ...mutantsOf(
    `${thread}/ReplyRing.ts`,
    ["test/node/thread/ReplyRing.test.ts"],
    [
      ["if (free < (toEnd < cells ? toEnd + cells : cells)) return false", "if (free < cells) return false"],
      ["((scratch.length + 7) >> 3)", "(scratch.length >> 3)"]
    ]
  ),
  ...mutantsOf(
    `${thread}/smallReply.ts`,
    ["test/node/thread/smallReply.test.ts"],
    [
      ["const isLatin1 = all < 256", "const isLatin1 = all <= 256"],
      ["if (value.length * 2 > into.bytes.length) return false", ""],
      ["if (Object.getPrototypeOf(value) !== Object.prototype) return Infinity", ""],
      ["|| property.get !== undefined", ""],
      ["depth > 6 ? Infinity : weighObject(value, depth)", "weighObject(value, depth)"]
    ]
  ),
  ...mutantsOf(
    `${thread}/worker/IdleWait.ts`,
    ["test/node/thread/IdleWait.test.ts"],
    [
      ["if (open > this.baseline) return", ""],
      ["if (performance.now() < this.until) this.schedule()", "this.schedule()"],
      ["while (this.owner.isIdle() && performance.now()", "while (performance.now()"]
    ]
  ),
  ...mutantsOf(
    "src/internal/remote/client/Heartbeat.ts",
    ["test/node/remote/Heartbeat.test.ts"],
    [
      ["if (this.isSuspect) owner.silent()", "owner.silent()"],
      ["&& this.share?.hadEnough !== false", ""],
      ["this.pings === this.pongs", "this.pongs > 0"],
      ["this.effort * slowerToRead", "0"]
    ]
  ),
  ...mutantsOf(
    "src/internal/remote/client/StandbyWorkers.ts",
    ["test/node/remote/StandbyWorkers.test.ts"],
    [
      ["if (!this.isClosed && this.shelf.length === 0) this.add()", "if (!this.isClosed) this.add()"],
      ["if (!this.isClosed && this.shelf.length === 0) this.add()", "if (this.shelf.length === 0) this.add()"]
    ]
  ),
  ...mutantsOf(
    "src/internal/node/preemption/repairs.ts",
    ["test/node/preemption/repairs.test.ts"],
    [
      ['["node:async_hooks", "runInAsyncScope", endCallback]', ""],
      ['`(${isCurrentExpression("asyncId")} && (${expression}))`', "expression"]
    ]
  ),
  ...mutantsOf(
    "src/internal/remote/codec/WireWriter.ts",
    ["test/node/crossing.test.ts", "test/node/crossing/codec.test.ts"],
    [
      ["if (depth > this.limit) return", "if (depth > 2 * this.limit) return"],
      ["if (this.isStrict && isProxy(value))", "if (isProxy(value) && false)"],
      ["thrown instanceof Refusal ? thrown : ", ""],
      ["let isDense = length > 1000 ||", "let isDense = true ||"]
    ]
  ),
  ...mutantsOf(
    "src/internal/remote/codec/WireReader.ts",
    ["test/node/crossing.test.ts", "test/node/crossing/codec.test.ts"],
    [
      ["if (this.making.has(record)) return malformed", "if (false) return malformed"],
      ["this.unfinished.add(container)", ""]
    ]
  )
]
