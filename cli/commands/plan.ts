import type { Command } from 'commander';
import { addFleetOptions, type FleetOptions } from './flow/fleet-options.ts';
import { addPlanOptions, globalsOf, mayAsk, nextWords, type PlanOptions } from './flow/options.ts';
import { addPageOptions, type PageOptions } from './flow/page-options.ts';

interface Options extends PlanOptions, PageOptions, FleetOptions {
  readonly out?: string;
}

export function configure(command: Command): void {
  const subject = command.argument('<runbook>', 'name or file of the runbook');
  addPageOptions(addFleetOptions(addPlanOptions(subject)))
    .option('--out <file>', 'where the plan is written; default: in the home of the program')
    .action(async (runbook: string) => {
      const options = command.opts<Options>();
      if (options.fleet === undefined) await plan(runbook, options, command);
      else {
        const { planFleet } = await import('./flow/fleet-verbs.ts');
        const globals = globalsOf(command);
        await planFleet(runbook, options, { output: globals.output, mayAsk: mayAsk(globals) });
      }
    });
}

async function plan(runbook: string, options: Options, command: Command): Promise<void> {
  const { filesOf } = await import('./flow/files-of.ts');
  const { makePlan, runOptions } = await import('./flow/make-plan.ts');
  const files = filesOf(runbook, options);
  const wanted = runOptions(files, options);
  const { untilOf, writePage } = await import('./flow/page-options.ts');
  const until = untilOf(options);
  const { withSession } = await import('../client/session.ts');
  const made = await withSession({ worker: true }, (session) => makePlan(session, files, wanted));
  if (made === undefined) {
    process.exitCode = 130;
    return;
  }
  const { runbookHome } = await import('../../supervisor/index.ts');
  const { goNoGoHtml } = await import('../../report/index.ts');
  const { goNoGoNow } = await import('../client/go-no-go-now.ts');
  const { writePlan } = await import('../client/plan-file.ts');
  const { planPage } = await import('../output/plan-page.ts');
  const { viewOf } = await import('../output/view.ts');
  const { printData, say } = await import('./flow/print.ts');
  const { writePack } = await import('./flow/write-pack.ts');
  const file = writePlan(made, runbookHome().plans, options.out);
  const next = ['run', runbook, '--plan', file, ...nextWords(options)];
  const night = goNoGoNow(made, until);
  printData(
    made,
    () => planPage(made, viewOf(process.stdout), { title: files.runbook.title, next, night }),
    globalsOf(command).output,
  );
  if (options.html !== undefined) say(`page: ${writePage(options.html, goNoGoHtml(night, { plan: made }))}`);
  await writePack(made, options.pack);
  say(`plan: ${file}`);
  process.exitCode = made.runnable ? 0 : 3;
}
