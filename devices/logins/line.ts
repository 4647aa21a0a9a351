/** Those who wait for something, first come, first served. Who gives up leaves at once and takes nobody's turn. */
export class Line {
  readonly #waiting = new Set<() => void>();

  get length(): number {
    return this.#waiting.size;
  }

  /** Until called; rejects with the signal's reason when given up. */
  wait(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const giveUp = (): void => {
        this.#waiting.delete(call);
        reject(signal?.reason as Error);
      };
      const call = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      this.#waiting.add(call);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** Calls the one who has waited longest; false when nobody waits. */
  callNext(): boolean {
    for (const call of this.#waiting) {
      this.#waiting.delete(call);
      call();
      return true;
    }
    return false;
  }

  callAll(): void {
    for (let left = this.length; left > 0; left -= 1) this.callNext();
  }
}
