/**
 * Traces of what executors do: files for Perfetto, and pages for a browser.
 *
 * @since 0.2.0
 */
export * from "./Errors.ts"
export * as Trace from "./Trace.ts"
