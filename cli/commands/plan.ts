import type { Command } from 'commander';
import { addPlanOptions, globalsOf, type PlanOptions } from './flow/options.ts';

interface Options extends PlanOptions {
  readonly out?: string;
}

export function configure(command: Command): void {
  addPlanOptions(command.argument('<runbook>', 'name or file of the runbook'))
    .option('--out <file>', 'where the plan is written; default: in the home of the program')
    .action(async (runbook: string) => {
      await plan(runbook, command.opts<Options>(), command);
    });
}

async function plan(runbook: string, options: Options, command: Command): Promise<void> {
  const { filesOf } = await import('./flow/files-of.ts');
  const { makePlan, runOptions } = await import('./flow/make-plan.ts');
  const files = filesOf(runbook, options);
  const wanted = runOptions(files, options);
  const { withSession } = await import('../client/session.ts');
  const made = await withSession({ worker: true }, (session) => makePlan(session, files, wanted));
  if (made === undefined) {
    process.exitCode = 130;
    return;
  }
  const { runbookHome } = await import('../../supervisor/index.ts');
  const { writePlan } = await import('../client/plan-file.ts');
  const { planPage } = await import('../output/plan-page.ts');
  const { viewOf } = await import('../output/view.ts');
  const { printData, say } = await import('./flow/print.ts');
  const file = writePlan(made, runbookHome().plans, options.out);
  const next = ['run', runbook, '--plan', file, ...nextWords(options)];
  printData(
    made,
    () => planPage(made, viewOf(process.stdout), { title: files.runbook.title, next }),
    globalsOf(command).output,
  );
  say(`plan: ${file}`);
  process.exitCode = made.runnable ? 0 : 3;
}

/** What the plan file does not carry and the run needs again. */
function nextWords(options: Options): string[] {
  return [
    ...(options.inventory === undefined ? [] : ['--inventory', options.inventory]),
    ...(options.knownHosts === undefined ? [] : ['--known-hosts', options.knownHosts]),
    ...(options.settings === undefined ? [] : ['--settings', options.settings]),
    ...(options.device === undefined ? [] : ['--device', ...options.device]),
    ...(options.accept === undefined ? [] : ['--accept', ...options.accept]),
    ...(options.reason === undefined ? [] : ['--reason', options.reason]),
    ...(options.change === undefined ? [] : ['--change', options.change]),
  ];
}
