/** The start data of the thread that inspects the main thread of its process. */
export interface ProcessRelayData {
  /** The descriptor of the pipe to the parent. */
  readonly fd: number
  /** The state of the session: a number from below. */
  readonly state: Int32Array<SharedArrayBuffer>
}

export const unconnected = 0
export const connected = 1
/** The process ends, or the session is closed. */
export const disconnected = 2
