import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Hash from "effect/Hash"
import * as MutableHashMap from "effect/MutableHashMap"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import { InvalidOptionsError } from "../../Errors.ts"
import type { EffectExecutor, Keyed, KeyedOptions, Stats } from "../../Executor.ts"
import { limitMillis, nonEmptyString, optionsObject, positiveInteger, waitMillis } from "../options.ts"
import { show } from "../show.ts"
import { Alarm } from "./timeouts/Alarm.ts"
import { Engine, type EngineOptions } from "./Engine.ts"
import { engineOf, ExecutorImpl } from "./ExecutorImpl.ts"
import { type CheckedRate, checkRates } from "./limits/rateOptions.ts"
import { interruptEngine } from "./shutdown.ts"
import { storeNameOf } from "./limits/storeNameOf.ts"

let lastId = 0

/** `Executor.keyed`. */
export const makeKeyed = <X>(
  executor: unknown,
  options?: KeyedOptions
): Effect.Effect<Keyed<EffectExecutor<X>>, never, Scope.Scope> =>
  // Uninterruptible, because nothing may come between making the groups and adding the finalizer that ends them.
  Effect.uninterruptible(
    Effect.gen(function* () {
      const parent = engineOf(executor)
      const checked = checkOptions(parent, options)
      const context = yield* Effect.context<Scope.Scope>()
      const keys = new Keys<X>(parent, checked, context)
      yield* Scope.addFinalizer(Context.get(context, Scope.Scope), keys.close)
      return keys
    })
  )

interface KeysOptions {
  readonly engine: EngineOptions
  readonly idleTimeToLive: number
  readonly ratesOf: (key: unknown) => ReadonlyArray<CheckedRate>
}

/** A key that has tasks, or had some lately. */
interface Entry<X> {
  readonly key: unknown
  readonly engine: Engine
  readonly executor: ExecutorImpl<X>
}

/**
 * A group for each key, inside one parent group.
 *
 * The tasks of keys take turns: one task of a key at a time is in the common queue, and the next goes to the end. A key that has been idle
 * for a while is forgotten. Code that still has its executor and submits to it brings the key back, so there are never two groups for one
 * key.
 */
class Keys<X> implements Keyed<ExecutorImpl<X>> {
  readonly name: string
  readonly close: Effect.Effect<void>
  private readonly all: Engine
  private readonly options: KeysOptions
  private readonly context: Context.Context<never>
  private readonly executors = new Map<unknown, ExecutorImpl<X>>()
  /** A key of equal content stands for the first one. */
  private readonly objects = MutableHashMap.empty<unknown, unknown>()
  /** Since when a key has been idle, the longest first. Keys that are busy again are removed when it is their turn. */
  private readonly idle = new Map<Entry<X>, number>()
  private readonly alarm: Alarm

  constructor(parent: Engine, options: KeysOptions, context: Context.Context<never>) {
    this.name = options.engine.name
    this.options = options
    this.context = context
    this.all = new Engine({ ...options.engine, maxWorkers: Infinity }, parent)
    this.alarm = new Alarm(context, () => this.dropIdle())
    this.all.lifecycle.endWith(Effect.void, context)
    this.close = Effect.andThen(
      Effect.sync(() => this.alarm.cancel()),
      interruptEngine(this.all)
    )
  }

  // An arrow function can be passed on by itself.
  readonly get = (key: unknown): ExecutorImpl<X> => {
    return this.executors.get(key) ?? this.find(checkKey(key)) ?? this.add(key).executor
  }

  private find(key: unknown): ExecutorImpl<X> | undefined {
    const executor = this.executors.get(key)
    if (executor !== undefined || !isObject(key)) return executor
    const equal = MutableHashMap.get(this.objects, key)
    return Option.isNone(equal) ? undefined : this.executors.get(equal.value)
  }

  get size(): number {
    return this.executors.size
  }

  readonly stats: Effect.Effect<ReadonlyArray<readonly [key: unknown, stats: Stats]>> = Effect.sync(() =>
    Array.from(this.executors, ([key, executor]) => [key, engineOf(executor).stats] as const)
  )

  private add(key: unknown): Entry<X> {
    const text = typeof key === "string" ? key : show(key)
    const engine = new Engine(this.options.engine, this.all, `${this.name}/${text}`, text)
    engine.admission.takeTurns()
    engine.limitRate(this.options.ratesOf(key), this.context)
    const entry: Entry<X> = { key, engine, executor: new ExecutorImpl<X>(engine) }
    engine.watchIdle(() => this.isIdle(entry))
    engine.lifecycle.endWith(
      Effect.sync(() => this.drop(entry)),
      this.context
    )
    this.attach(entry)
    return entry
  }

  private attach(entry: Entry<X>): Engine {
    // A closed engine refuses submissions.
    if (this.all.lifecycle.closing !== undefined) return entry.engine
    const found = this.find(entry.key)
    if (found !== undefined) return engineOf(found)
    this.executors.set(entry.key, entry.executor)
    if (isObject(entry.key)) MutableHashMap.set(this.objects, entry.key, entry.key)
    entry.engine.attached()
    this.isIdle(entry)
    return entry.engine
  }

  private isIdle(entry: Entry<X>): void {
    if (this.all.lifecycle.closing !== undefined) return
    this.idle.delete(entry)
    this.idle.set(entry, this.alarm.now())
    if (!this.alarm.isSet) this.alarm.set(this.options.idleTimeToLive)
  }

  private dropIdle(): void {
    const now = this.alarm.now()
    for (const [entry, since] of this.idle) {
      const left = since + this.options.idleTimeToLive - now
      if (left > 0) return this.alarm.set(left)
      this.idle.delete(entry)
      if (!entry.engine.isIdle) continue
      if (entry.engine.isForgettable) this.drop(entry)
      else this.isIdle(entry)
    }
  }

  private drop(entry: Entry<X>): void {
    if (this.executors.get(entry.key) !== entry.executor) return
    this.idle.delete(entry)
    this.executors.delete(entry.key)
    if (isObject(entry.key)) MutableHashMap.remove(this.objects, entry.key)
    entry.engine.detach(() =>
      entry.engine.lifecycle.closing === undefined ? this.attach(entry) : this.again(entry.key)
    )
  }

  /** A key that was shut down begins again. */
  private again(key: unknown): Engine {
    return engineOf(this.find(key) ?? this.add(key).executor)
  }
}

const isObject = (key: unknown): boolean => typeof key === "object" || typeof key === "function"

const checkOptions = (parent: Engine, options: KeyedOptions = {}): KeysOptions => {
  const {
    idleTimeToLive = "1 second",
    maxWorkers = 1,
    name = `${parent.name}/keyed-${++lastId}`,
    rate,
    timeout = parent.timeout
  } = optionsObject(options)
  const rates = checkRates(rate, { name: nonEmptyString("name", name) })
  return {
    engine: {
      ...parent.options,
      name,
      maxWorkers: positiveInteger("maxWorkers", maxWorkers),
      timeout: limitMillis("timeout", timeout),
      onFailure: undefined
    },
    // A timer counts whole milliseconds.
    idleTimeToLive: Math.max(1, waitMillis("idleTimeToLive", idleTimeToLive)),
    ratesOf: (key) => {
      if (rates.length === 0) return rates
      const name = storeNameOf(key)
      return rates.map((each) => ({ ...each, name: `${each.name}/${name}` }))
    }
  }
}

/** Throws an `InvalidOptionsError` for a key whose content cannot be read, and so not be compared. */
const checkKey = (key: unknown): unknown => {
  if (!isObject(key)) return key
  try {
    if (!hasWideHoles(key, new Set())) {
      Hash.hash(key)
      return key
    }
  } catch {}
  const expected =
    "a key that Effect can compare: all of it can be read, no array has a thousand holes, and it is not nested thousands of levels deep"
  throw new InvalidOptionsError({ option: "key", value: key, expected })
}

/** Whether an array in the key claims to have far more items than it has. Effect would look at billions of holes. */
const hasWideHoles = (value: unknown, seen: Set<unknown>): boolean => {
  if (typeof value !== "object" || value === null || seen.has(value) || Hash.symbol in value) return false
  seen.add(value)
  if (Array.isArray(value)) {
    if (value.length > 1000 && Object.keys(value).length < value.length - 1000) return true
    return value.some((item) => hasWideHoles(item, seen))
  }
  if (ArrayBuffer.isView(value)) return false
  const parts = value instanceof Map ? Array.from(value).flat() : value instanceof Set ? value : Object.values(value)
  for (const part of parts) if (hasWideHoles(part, seen)) return true
  return false
}
