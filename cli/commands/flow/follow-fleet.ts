import { follow, type FollowEnd } from '../../client/follow.ts';
import { readFleet, type LiveFleet } from '../../client/read-fleet.ts';
import { createReader } from '../../client/read-run.ts';
import type { Session } from '../../client/session.ts';
import type { GlobalOptions } from '../../main.ts';
import { commandLine } from '../../../report/index.ts';
import {
  devicesText,
  fleetAdvanceLine,
  fleetFrame,
  fleetJson,
  fleetLines,
  fleetPage,
} from '../../output/fleet-page.ts';
import { fleetAdvance, PaceMeter } from '../../output/pace.ts';
import { recordPage } from '../../output/record-page.ts';
import { viewOf } from '../../output/view.ts';
import { onInterrupt } from './interrupt.ts';
import { printData, say } from './print.ts';
import { openPictures, scoreEveryMs, type Pictures } from './progress.ts';

/** As `followRun`, for a fleet: one line for each member. */
export async function followFleet(
  session: Session,
  workflowId: string,
  output: GlobalOptions['output'],
): Promise<void> {
  const interrupt = onInterrupt();
  const progress = await openPictures(fleetPictures());
  let end: FollowEnd<LiveFleet> = { why: 'detached' };
  try {
    const readMember = createReader();
    end = await follow(session.client, workflowId, progress, interrupt.signal, (client, fleet) =>
      readFleet(client, fleet, readMember),
    );
  } finally {
    progress.close({ keep: end.why === 'detached' || output !== 'table' || !process.stdout.isTTY });
    interrupt.release();
  }
  const view = viewOf(process.stdout);
  switch (end.why) {
    case 'detached':
      say(
        `\nDetached; the fleet goes on. Come back with: ${commandLine(view.program, ['watch', workflowId])}`,
      );
      process.exitCode = 130;
      return;
    case 'closed':
    case 'waiting': {
      const { document } = end;
      printData(fleetJson(document, view.program), () => fleetPage(document, view), output);
      process.exitCode = end.why === 'closed' ? document.exitCode : 5;
      return;
    }
    case 'closed-without-result': {
      const { record } = end;
      printData(record, () => recordPage(record, view), output);
      process.exitCode = record.status === 'FAILED' ? 1 : 7;
    }
  }
}

/** Members one by one; over the devices of all of them now and then how far they are. */
function fleetPictures(): Pictures<LiveFleet> {
  const meter = new PaceMeter('fleet');
  let told = 0;
  let toldText = '';
  return {
    frame: (fleet, view, rows, notes) => {
      const pace = meter.see(fleetAdvance(fleet), view.now);
      return fleetFrame(fleet, view, rows, pace === undefined ? notes : { ...notes, pace });
    },
    lines: (before, after, view) => {
      const pace = meter.see(fleetAdvance(after), view.now);
      const lines = fleetLines(before, after, view);
      const text = devicesText(after);
      if (text === toldText || view.now.getTime() - told < scoreEveryMs) return lines;
      told = view.now.getTime();
      toldText = text;
      return [...lines, fleetAdvanceLine(after, pace, view)];
    },
  };
}
