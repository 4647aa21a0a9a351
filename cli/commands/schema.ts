import { Argument, type Command } from 'commander';

import { RunbookError } from '../../errors/index.ts';

export function configure(command: Command): void {
  command
    .addArgument(
      new Argument(
        '[name]',
        'runbook, inventory, fleet, settings, profile, faults, recording, result, fleet-result or box; without a name: their list',
      ),
    )
    .action(async (name: string | undefined) => {
      const { schemas } = await import('../../loader/index.ts');
      const { boxReportSchema, faultsSchema, profileSchema, recordingSchema } =
        await import('../../devices/index.ts');
      const { fleetResultSchema, resultSchema } = await import('../../report/index.ts');
      const all = schemas({
        profile: profileSchema,
        faults: faultsSchema,
        recording: recordingSchema,
        result: resultSchema,
        'fleet-result': fleetResultSchema,
        box: boxReportSchema,
      });
      if (name === undefined) {
        process.stdout.write(`${Object.keys(all).join('\n')}\n`);
        return;
      }
      const schema = Object.hasOwn(all, name) ? all[name] : undefined;
      if (schema === undefined) {
        throw new RunbookError('INPUT_INVALID', `There is no schema "${name}".`, {
          remedy: `Schemas: ${Object.keys(all).join(', ')}.`,
        });
      }
      process.stdout.write(`${JSON.stringify(schema, null, 2)}\n`);
    });
}
