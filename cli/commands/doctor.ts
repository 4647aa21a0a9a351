import type { Command } from 'commander';

import { addInventoryOptions, type InventoryOptions } from './flow/options.ts';
import type { GlobalOptions } from '../main.ts';

export function configure(command: Command): void {
  addInventoryOptions(command)
    .addHelpText(
      'after',
      '\nLooks only: starts nothing and fetches nothing. With --inventory also: has each of its sites a worker? Exit code 1 when something stands in the way.',
    )
    .action(async () => {
      const { examine } = await import('../examine.ts');
      const findings = await examine(command.opts<InventoryOptions>());
      const isWell = findings.every((finding) => finding.status !== 'bad');
      if (command.optsWithGlobals<GlobalOptions>().output === 'table') {
        const mark = { good: 'ok  ', note: 'note', bad: 'BAD ' };
        for (const { name, status, text } of findings) {
          process.stdout.write(
            `${mark[status]}  ${name.padEnd(12)}  ${text.replaceAll('\n', `\n${' '.repeat(20)}`)}\n`,
          );
        }
      } else
        process.stdout.write(
          `${JSON.stringify({ schemaVersion: 1, kind: 'doctor', well: isWell, findings })}\n`,
        );
      process.exitCode = isWell ? 0 : 1;
    });
}
