import type { CustomCommand } from 'just-bash';
import type { Seat } from '../appliance/seat.ts';
import type { Reach } from '../network.ts';
import { command, failed, type Output } from './command.ts';
import type { FsView } from '../filesystem/fs-view.ts';

/** The words of strerror for a connection that does not come about. */
export const reachTexts: Readonly<Record<Exclude<Reach, 'open' | 'silent'>, string>> = {
  refused: 'Connection refused',
  noRoute: 'No route to host',
};

/** Whoever waits for a silent host waits until he is stopped. */
export function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}

export function networkCommands(seat: Seat, view: FsView): CustomCommand[] {
  return [
    // What the rewriting of a line puts in the place of a redirection from or to /dev/tcp/HOST/PORT.
    command('__connect', view, async ({ args, context }): Promise<Output> => {
      const [path = ''] = args;
      const [, , , host = '', port = ''] = path.split('/');
      const reach = seat.appliance.network.reach(seat.appliance, host, Number(port));
      if (reach === 'open') return '';
      if (reach === 'silent') {
        await stopped(context.signal ? AbortSignal.any([context.signal, seat.hangup]) : seat.hangup);
        return { code: 1 };
      }
      return failed(`bash: connect: ${reachTexts[reach]}\nbash: ${path}: ${reachTexts[reach]}`);
    }),
  ];
}
