import type { Used } from '../processes.ts';

/** What a client did in one round, before the lab has judged it. */
export interface Round {
  /** The work alone: from its beginning on the first device to its end on the last. */
  readonly workMs: number;
  readonly used: Used;
  /** When the client was told to begin, milliseconds since 1970. */
  readonly beganAt: number;
  /** Further lines for people. */
  readonly notes: Readonly<Record<string, string>>;
}

/** Something that does the work on every device of the lab. */
export interface Client {
  readonly name: string;
  round(): Promise<Round>;
  stop(): Promise<void>;
}
