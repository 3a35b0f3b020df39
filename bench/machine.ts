import * as os from "node:os"

/** The machine of the measurement. */
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
  // The major and minor version. The rest may name the owner of the machine.
  os: `${os.type()} ${os.release().split(/[.-]/).slice(0, 2).join(".")} ${os.arch()}`,
  node: process.version
})
