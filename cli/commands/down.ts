import { existsSync } from 'node:fs';
import type { Command } from 'commander';

import type { StoppedProcess } from '../../supervisor/index.ts';
import { globalsOf } from './flow/options.ts';

export function configure(command: Command): void {
  command
    .option('--now', 'emergency stop: do not let workers finish what they are doing')
    .addHelpText(
      'after',
      '\nNeeds no Temporal server: ends the processes that are recorded, and says what goes on on the boxes without them.',
    )
    .action(async (options: { readonly now?: boolean }) => {
      await down(options.now === true, command);
    });
}

async function down(now: boolean, command: Command): Promise<void> {
  const { runbookHome, stop } = await import('../../supervisor/index.ts');
  const { readInFlight } = await import('../client/in-flight.ts');
  const { inFlightPage } = await import('../output/in-flight-page.ts');
  const { viewOf } = await import('../output/view.ts');
  const { printData, say } = await import('./flow/print.ts');
  const home = runbookHome();
  const view = viewOf(process.stdout);
  const processes = await stop({ home, now });
  const boxes = readInFlight(home, view.program);
  const stays = processes.filter(({ hasEnded }) => !hasEnded);

  if (processes.length === 0) say('Nothing was running.');
  else if (stays.length === 0)
    say(`Stopped: ${named(processes)}. Open runs go on at the next \`runbook up\`.`);
  else say(`Could not be ended, end it by hand: ${named(stays)}.`);
  if (!existsSync(home.database) && boxes.length > 0)
    say(
      'The database of the Temporal server is gone: make a new plan; its run takes over what is on the boxes.',
    );
  if (boxes.length > 0) say('Begun on boxes, and no end was seen:');
  const { output } = globalsOf(command);
  if (output !== 'table' || boxes.length > 0)
    printData({ schemaVersion: 1, kind: 'down', processes, boxes }, () => inFlightPage(boxes, view), output);
  if (stays.length > 0) process.exitCode = 1;
}

function named(processes: readonly StoppedProcess[]): string {
  return processes.map(({ part, pid }) => `${part} (pid ${pid})`).join(', ');
}
