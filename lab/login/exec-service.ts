import type { ServerChannel } from 'ssh2';
import type { Appliance } from '../appliance/appliance.ts';
import { openShell, type Seat } from '../appliance/seat.ts';

/** Commands that read their input: only for these does the run wait for the client's end of input. */
const readsInput = /\b(cat|base64|tee|dd|head|sh|bash|sudo\s+(-\S+\s+)*-S|tar)\b/;

/** One command line as the admin, without a terminal. Runs at once, or after the input has ended if it reads any. */
export async function runExec(appliance: Appliance, channel: ServerChannel, command: string): Promise<void> {
  const hangup = new AbortController();
  channel.on('close', () => hangup.abort('HUP'));
  channel.on('error', () => {});
  const chunks: Buffer[] = [];
  const ended = new Promise<void>((done) => {
    channel.on('data', (data: Buffer) => chunks.push(data));
    channel.on('end', done);
    channel.on('close', done);
  });
  if (readsInput.test(command)) await ended;
  await appliance.heard(command);
  const process = appliance.processes.add({ command, user: 'admin', tty: '?', end: () => hangup.abort() });
  const seat: Seat = {
    appliance,
    user: 'admin',
    pty: undefined,
    ttyName: '?',
    hangup: hangup.signal,
    process,
  };
  const shell = openShell(seat, {
    cwd: appliance.identity.kind === 'fmc' ? '/Volume/home/admin' : '/home/admin',
    onTerminal: false,
  });
  const result = await shell.run(command, {
    stdin: Buffer.concat(chunks).toString('latin1'),
    signal: hangup.signal,
  });
  appliance.processes.remove(process);
  if (hangup.signal.aborted) return;
  channel.stderr.write(result.stderr);
  channel.write(result.stdout);
  channel.exit(result.exitCode);
  channel.end();
}
