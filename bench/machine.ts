import * as os from "node:os"

/** Where it was measured. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly os: string
  readonly node: string
}

export const thisMachine = (): Machine => ({
  cpu: os.cpus()[0]?.model.trim() ?? "unknown",
  cores: os.availableParallelism(),
  memoryGiB: Math.round(os.totalmem() / 2 ** 30),
  // The major and minor version; what follows may say whose machine it is.
  os: `${os.type()} ${os.release().split(/[.-]/).slice(0, 2).join(".")} ${os.arch()}`,
  node: process.version
})
