import {
  openByHand,
  type ApplianceProfile,
  type Endpoint,
  type Recording,
  type SessionLog,
} from '../../../devices/index.ts';
import { say } from './print.ts';

/** Ctrl-], as telnet has it: a key that no shell of a box needs. */
const leave = 0x1d;

/** Gives the operator's terminal to a box until one of them ends it, while the log listens. */
export async function byHand(
  endpoint: Endpoint,
  options: {
    readonly profile: ApplianceProfile;
    readonly profiles: (family: string) => ApplianceProfile | undefined;
    readonly terminal: Recording['terminal'];
    readonly log: SessionLog;
  },
): Promise<void> {
  const { stdin, stdout } = process;
  say(`Logging in to ${endpoint.name}. Everything from here on is recorded; Ctrl-] ends it.`);
  const asks = Object.values(options.profile.dialogue.asks).filter(({ onRequest }) => !onRequest);
  if (asks.length > 0)
    say(
      `For a box in the lab that a run can walk, ask once what a run asks: ${asks.map(({ send, state }) => `${send} (in ${state})`).join(', ')}.`,
    );
  const box = await openByHand(endpoint, options);
  const { stream } = box;
  try {
    await new Promise<void>((resolve) => {
      stream.onData((chunk) => void stdout.write(chunk));
      stream.onEnd(() => resolve());
      if (stdin.isTTY) stdin.setRawMode(true);
      stdin.on('data', (chunk: Buffer) => {
        const end = chunk.indexOf(leave);
        const keys = end < 0 ? chunk : chunk.subarray(0, end);
        if (keys.length > 0) stream.write(keys.toString('utf8'));
        if (end >= 0) resolve();
      });
      // Keys from a pipe: what the box says to the last of them is waited for.
      stdin.on('end', () => setTimeout(resolve, 1_000));
      // Whoever closes the window, or the pipe, is done.
      for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
      stdin.resume();
    });
  } finally {
    if (stdin.isTTY) stdin.setRawMode(false);
    stdin.removeAllListeners('data').removeAllListeners('end');
    stdin.pause();
    box.close();
    say('');
  }
}

/** The size of the operator's terminal; it stays as it is at the start. */
export function terminalOfOperator(): Recording['terminal'] {
  const { columns, rows } = process.stdout;
  return {
    columns: Math.min(2000, Math.max(20, columns || 80)),
    rows: Math.min(5000, Math.max(5, rows || 24)),
    term: process.env['TERM'] ?? 'vt100',
  };
}
