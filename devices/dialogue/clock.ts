/** Where the dialogue gets its time from. Tests bring one that does not wait, so that they run with the pauses of the real profile. */
export interface Clock {
  /** Milliseconds since some fixed moment. */
  now(): number;
  /** Runs `work` once after `ms`, unless what is returned was called before. */
  after(ms: number, work: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms);
    return () => clearTimeout(timer);
  },
};
