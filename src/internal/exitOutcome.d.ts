import * as Exit from "effect/Exit"
import { TaskCancelledError } from "../Errors.ts"
/** Whether a task that ended so was cancelled: stopped by an interruption and by nothing else. */
export declare const isCancelled: (exit: Exit.Exit<unknown, unknown>) => boolean
/**
 * The exit as it looks to someone who joins.
 *
 * A cancelled task must not interrupt its joiner, so its exit becomes a failure.
 * One that failed while siblings of its own were interrupted keeps what it
 * failed with and loses the interruptions, for the same reason.
 */
export declare const toJoined: <A, E>(exit: Exit.Exit<A, E>, task: string) => Exit.Exit<A, E | TaskCancelledError>
