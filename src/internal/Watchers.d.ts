/** Waits for a condition on an executor's books. There are few at a time, so each is asked after each change. */
export declare class Watchers {
  private readonly watchers
  add(condition: () => boolean, wake: () => void): () => void
  check(): void
}
