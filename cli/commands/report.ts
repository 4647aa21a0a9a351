import path from 'node:path';
import { Option, type Command } from 'commander';
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
  const { RunbookError } = await import('../../errors/index.ts');
  const { htmlReport, reportFolderName, textReport, writeReportFiles } =
    await import('../../report/index.ts');
  const { readAudit } = await import('../client/audit.ts');
  const { findRun } = await import('../client/find-run.ts');
  const { readRun } = await import('../client/read-run.ts');
  const { readRunInput } = await import('../client/run-input.ts');
  const { withSession } = await import('../client/session.ts');
  const { runbookHome } = await import('../../supervisor/index.ts');
  const { printData, say } = await import('./flow/print.ts');
  const made = await withSession({ worker: false }, async ({ client }) => {
    const run = await findRun(client, reference);
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
    return { document: reading.document, audit, phases: input?.runbook.phases };
  });
  const text = textReport(made.document, made.audit, made.phases);
  const folder = path.resolve(
    options.out ?? path.join(runbookHome().reports, reportFolderName(made.document)),
  );
  const files = writeReportFiles(folder, {
    html: htmlReport(made.document, made.audit, made.phases),
    text,
    json: { document: made.document, audit: made.audit },
  });
  printData(
    { schemaVersion: 1, kind: 'report', files, document: made.document, audit: made.audit },
    () => text,
    globalsOf(command).output,
  );
  say(`report: ${files.html}`);
  if (options.open === true) {
    const { openInBrowser } = await import('../client/browser.ts');
    openInBrowser(files.html);
  }
}
