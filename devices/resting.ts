/** Sessions that nobody uses just now, the longest rest first; each with the way to close it. */
export class Resting {
  readonly #most: number;
  readonly #closing = new Map<object, () => void>();

  /** With more than `most` of them the one that has rested longest is closed. */
  constructor(most = Infinity) {
    this.#most = most;
  }

  put(session: object, close: () => void): void {
    this.#closing.delete(session);
    this.#closing.set(session, close);
    if (this.#closing.size > this.#most) this.closeOldest();
  }

  /** It is used again, or closed. */
  take(session: object): void {
    this.#closing.delete(session);
  }

  /** False when none rests. */
  closeOldest(): boolean {
    for (const [session, close] of this.#closing) {
      this.#closing.delete(session);
      close();
      return true;
    }
    return false;
  }
}
