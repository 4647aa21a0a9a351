import path from 'node:path';
import { Option, type Command } from 'commander';
import type { Session } from '../client/session.ts';
import type { GlobalOptions } from '../main.ts';
import { globalsOf } from './flow/options.ts';

interface Options {
  readonly out?: string;
  readonly open?: boolean;
}

export function configure(command: Command): void {
  command
    .argument('[run]', 'id of the run, its beginning or end, or @last', '@last')
    .addOption(
      new Option(
        '--out <folder>',
        'where report.html, report.txt and run.json are written; default: in the home of the program',
      ),
    )
    .addOption(new Option('--open', 'show the HTML page in the browser'))
    .action(async (reference: string) => {
      await report(reference, command.opts<Options>(), command);
    });
}

async function report(reference: string, options: Options, command: Command): Promise<void> {
  const { findRun } = await import('../client/find-run.ts');
  const { isFleet } = await import('../client/read-fleet.ts');
  const { withSession } = await import('../client/session.ts');
  const { fleetReport } = await import('./flow/fleet-report.ts');
  const { say } = await import('./flow/print.ts');
  const { output } = globalsOf(command);
  const file = await withSession({ worker: false }, async ({ client }) => {
    const run = await findRun(client, reference);
    const write = (await isFleet(client, run)) ? fleetReport : runReport;
    return await write(client, run, options.out, output);
  });
  say(`report: ${file}`);
  if (options.open === true) {
    const { openInBrowser } = await import('../client/browser.ts');
    openInBrowser(file);
  }
}

/** Writes the report of a run and prints it; gives the path of its page back. */
async function runReport(
  client: Session['client'],
  run: string,
  out: string | undefined,
  output: GlobalOptions['output'],
): Promise<string> {
  const { RunbookError } = await import('../../errors/index.ts');
  const { htmlReport, reportFolderName, textReport, writeReportFiles } =
    await import('../../report/index.ts');
  const { readAudit } = await import('../client/audit.ts');
  const { readRun } = await import('../client/read-run.ts');
  const { readRunInput } = await import('../client/run-input.ts');
  const { runbookHome } = await import('../../supervisor/index.ts');
  const { printData } = await import('./flow/print.ts');
  const [reading, audit, input] = await Promise.all([
    readRun(client, run),
    readAudit(client, run),
    readRunInput(client, run),
  ]);
  if (reading.from === 'record') {
    throw new RunbookError('ENGINE_NO_WORKER', `${run} has no result yet, and no worker answers for it.`, {
      remedy:
        'Start a worker with `runbook up`, or wait for the end of the run; `runbook status` shows the last recorded state.',
    });
  }
  const { document } = reading;
  const phases = input?.runbook.phases;
  const text = textReport(document, audit, phases);
  const folder = path.resolve(out ?? path.join(runbookHome().reports, reportFolderName(document)));
  const files = writeReportFiles(folder, {
    html: htmlReport(document, audit, phases),
    text,
    json: { document, audit },
  });
  printData({ schemaVersion: 1, kind: 'report', files, document, audit }, () => text, output);
  return files.html;
}
