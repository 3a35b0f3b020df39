/**
 * Tasks that outlive the program that submitted them, and run on any number of machines.
 *
 * @since 0.2.0
 */

/**
 * @since 0.2.0
 */
export * as DurableExecutor from "./DurableExecutor.ts"
