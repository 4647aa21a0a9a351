import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '../dialogue/clock.ts';
import { systemClock } from '../dialogue/clock.ts';
import type { ByteStream } from '../transport/transport.ts';

/** What happened on a stream. Held in memory only: it is made into a recording, without its secrets, before it is written. */
export type LoggedEvent =
  | { readonly at: number; readonly shown: Buffer }
  | { readonly at: number; readonly typed: string }
  | { readonly at: number; readonly closed: true };

/** The same with what was shown as text: a letter whose bytes came in two pieces stands in the second one. */
export type ReadEvent =
  Exclude<LoggedEvent, { shown: Buffer }> | { readonly at: number; readonly shown: string };

export function readEvents(events: readonly LoggedEvent[]): ReadEvent[] {
  const decoder = new StringDecoder('utf8');
  return events.map((event) => ('shown' in event ? { ...event, shown: decoder.write(event.shown) } : event));
}

/** More than this from a box is not kept: a recording is to be read by a person. */
const maxBytes = 4 * 1024 * 1024;

/** Listens to a stream between a person or the dialogue and a box. */
export class SessionLog {
  readonly events: LoggedEvent[] = [];
  /** The box said more than is kept; the rest is missing. */
  isCut = false;
  readonly #clock: Clock;
  readonly #startedAt: number;
  #bytes = 0;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
    this.#startedAt = clock.now();
  }

  /** The same stream, with everything that passes through it kept. */
  listenTo(stream: ByteStream): ByteStream {
    return {
      write: (data) => {
        this.events.push({ at: this.#now(), typed: data.toString() });
        stream.write(data);
      },
      onData: (listener) =>
        stream.onData((chunk) => {
          this.#shown(chunk);
          listener(chunk);
        }),
      onEnd: (listener) =>
        stream.onEnd((reason) => {
          this.events.push({ at: this.#now(), closed: true });
          listener(reason);
        }),
      close: () => stream.close(),
    };
  }

  #shown(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > maxBytes) this.isCut = true;
    else this.events.push({ at: this.#now(), shown: Buffer.from(chunk) });
  }

  #now(): number {
    return Math.round(this.#clock.now() - this.#startedAt);
  }
}
