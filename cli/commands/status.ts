import type { Command } from 'commander';
import { globalsOf } from './flow/options.ts';

interface Options {
  readonly questions?: boolean;
  readonly devices?: boolean;
}

export function configure(command: Command): void {
  command
    .argument('[run]', 'id of the run, its beginning or end, or @last', '@last')
    .option('--questions', 'every open question in full')
    .option('--devices', 'every device, also at a thousand; every member of a fleet')
    .addHelpText(
      'after',
      '\nExit code: 0 when it could look, 5 while a person has something to do: an open question (not one that settles itself when a window opens), a pause, a hold; the result of the run once it is closed.',
    )
    .action(async (reference: string) => {
      try {
        await status(reference, command.opts<Options>(), command);
      } catch (thrown) {
        throw await withInFlight(thrown);
      }
    });
}

/** Where no server answers, what the workers of this machine have written down is all that is known. */
async function withInFlight(thrown: unknown): Promise<unknown> {
  const { RunbookError } = await import('../../errors/index.ts');
  if (!(thrown instanceof RunbookError) || thrown.code !== 'ENGINE_NO_SERVER') return thrown;
  const { runbookHome } = await import('../../supervisor/index.ts');
  const { readInFlight } = await import('../client/in-flight.ts');
  const { inFlightPage } = await import('../output/in-flight-page.ts');
  const { plainPaint, viewOf } = await import('../output/view.ts');
  const view = { ...viewOf(process.stderr), paint: plainPaint };
  const boxes = readInFlight(runbookHome(), view.program);
  if (boxes.length > 0)
    thrown.context.state = `begun on boxes, and no end was seen:\n${inFlightPage(boxes, view)}`;
  return thrown;
}

async function status(reference: string, options: Options, command: Command): Promise<void> {
  const { needsPerson } = await import('../../workflows/contract.ts');
  const { findRun } = await import('../client/find-run.ts');
  const { isFleet } = await import('../client/read-fleet.ts');
  const { fleetStatus } = await import('./flow/fleet-status.ts');
  const { readRun } = await import('../client/read-run.ts');
  const { readRunInput } = await import('../client/run-input.ts');
  const { withSession } = await import('../client/session.ts');
  const { sitesOf } = await import('../client/sites.ts');
  const { recordPage } = await import('../output/record-page.ts');
  const { runJson } = await import('../output/run-json.ts');
  const { statusPage } = await import('../output/status-page.ts');
  const { viewOf } = await import('../output/view.ts');
  const { printData } = await import('./flow/print.ts');
  const { output } = globalsOf(command);
  await withSession({ worker: false }, async ({ client }) => {
    const run = await findRun(client, reference);
    if (await isFleet(client, run)) {
      await fleetStatus(client, run, options, output);
      return;
    }
    const [reading, input] = await Promise.all([readRun(client, run), readRunInput(client, run)]);
    const view = viewOf(process.stdout);
    if (reading.from === 'record') {
      const { record } = reading;
      printData({ schemaVersion: 1, kind: 'record', ...record }, () => recordPage(record, view), output);
      process.exitCode = record.memo !== undefined && needsPerson(record.memo) ? 5 : 0;
      return;
    }
    const { document } = reading;
    const sites = reading.closed ? [] : await sitesOf(client, input?.plan?.entries ?? []).catch(() => []);
    const page = (): string =>
      statusPage(document, view, {
        phases: input?.runbook.phases ?? [],
        sites,
        ...(options.questions === true ? { questionsInFull: Infinity } : {}),
        ...(options.devices === true ? { deviceLimit: Infinity } : {}),
      });
    printData({ ...runJson(document, view.program), ...(sites.length === 0 ? {} : { sites }) }, page, output);
    process.exitCode = reading.closed ? document.exitCode : needsPerson(document) ? 5 : 0;
  });
}
