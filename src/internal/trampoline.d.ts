/** Runs `job` after all that was asked for before: now, if nothing was. */
export declare const run: (job: () => void) => void
/**
 * Between this and `leave` changes are made, and what they wake runs after them, so that nobody sees half a change.
 * To be used with `try` and `finally`; a function to call would cost a closure for each task.
 */
export declare const enter: () => boolean
/**
 * For what is thrown where a fiber is resumed or interrupted: the fiber may have an observer that throws. That is
 * neither swallowed nor let into the middle of whatever change happens to be going on.
 */
export declare const report: (error: unknown) => void
/** Takes what `enter` gave. */
export declare const leave: (isOutermost: boolean) => void
