import type { StackFrame } from "../Errors.ts"

/** A frame as a line of a stack trace. */
export const showFrame = ({ column, functionName, line, url }: StackFrame): string =>
  `at ${functionName} (${url}:${line}:${column})`
