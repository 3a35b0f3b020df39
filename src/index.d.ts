/**
 * Futures and executors for Effect: submit effects to a bounded executor, wait for them in every way, time them out,
 * shut them down, and be sure that nothing is left behind.
 *
 * @since 0.1.0
 */
export * from "./Errors.ts"
export * as Executor from "./Executor.ts"
export * as FiberExecutor from "./FiberExecutor.ts"
export * as Future from "./Future.ts"
export * as KitchenTimer from "./KitchenTimer.ts"
export * as Task from "./Task.ts"
