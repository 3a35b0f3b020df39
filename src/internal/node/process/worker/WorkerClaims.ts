import type { Claimed } from "../../../remote/client/ClaimTable.ts"
import type { HostClaims } from "../../../remote/host/HostTransport.ts"
import { ClaimFile, ParentByte, slots, WorkerByte } from "../ClaimFile.ts"

/** How long the worker waits between looks, in milliseconds. The parent takes some microseconds if it has a processor. */
const pauseMillis = 0.05
const never = new Int32Array(new SharedArrayBuffer(4))

/** The worker's side of the file of claims. */
export class WorkerClaims extends ClaimFile implements HostClaims {
  readonly tellsRevoked = true

  start(call: Claimed): boolean {
    return this.claim(call, WorkerByte.starting)
  }

  begin(call: Claimed, isCalled: boolean): boolean {
    return this.claim(call, isCalled ? WorkerByte.called : WorkerByte.begun)
  }

  called({ slot, token }: Claimed): void {
    this.write(slot, (token << 2) | WorkerByte.called)
  }

  end(): void {}

  private claim({ slot, token }: Claimed, phase: number): boolean {
    this.write(slot, (token << 2) | phase)
    let state = this.read(slots + slot)
    while (state === ParentByte.revoking) {
      this.pause()
      state = this.read(slots + slot)
    }
    return state !== ParentByte.revoked
  }

  /** If the parent dies during the wait, the worker is killed. */
  protected pause(): void {
    Atomics.wait(never, 0, 0, pauseMillis)
  }
}
