import type { Command } from 'commander';
import { addPlanOptions, globalsOf, nextWords, type PlanOptions } from './flow/options.ts';
import { addPageOptions, type PageOptions } from './flow/page-options.ts';

type Options = PlanOptions & PageOptions;

export function configure(command: Command): void {
  addPageOptions(addPlanOptions(command.argument('<runbook>', 'name or file of the runbook')))
    .addHelpText('after', '\nExit code: 0 go, also with open points; 3 no-go.')
    .action(async (runbook: string) => {
      await check(runbook, command.opts<Options>(), command);
    });
}

/** Looks as a plan does, and says whether the night may begin. Its plan file is kept, so that the next check can compare. */
async function check(runbook: string, options: Options, command: Command): Promise<void> {
  const { filesOf } = await import('./flow/files-of.ts');
  const { makePlan, runOptions } = await import('./flow/make-plan.ts');
  const { untilOf, writePage } = await import('./flow/page-options.ts');
  const files = filesOf(runbook, options);
  const wanted = runOptions(files, options);
  const until = untilOf(options);
  const { withSession } = await import('../client/session.ts');
  const plan = await withSession({ worker: true }, (session) =>
    makePlan(session, files, wanted, { kind: 'check' }),
  );
  if (plan === undefined) {
    process.exitCode = 130;
    return;
  }
  const { runbookHome } = await import('../../supervisor/index.ts');
  const { faultsMet, goNoGoHtml, planChanges } = await import('../../report/index.ts');
  const { earlierPlan } = await import('../client/earlier-plan.ts');
  const { goNoGoNow } = await import('../client/go-no-go-now.ts');
  const { writePlan } = await import('../client/plan-file.ts');
  const { goNoGoPage } = await import('../output/go-no-go-page.ts');
  const { viewOf } = await import('../output/view.ts');
  const { printData, say } = await import('./flow/print.ts');
  const { writePack } = await import('./flow/write-pack.ts');
  const earlier = earlierPlan(plan, runbookHome().plans);
  const changes = earlier === undefined ? undefined : planChanges(earlier, plan);
  const file = writePlan(plan, runbookHome().plans);
  const page = goNoGoNow(plan, until);
  const title = files.runbook.title;
  const isGo = page.verdict !== 'no-go';
  printData(
    { ...page, kind: 'check', changes: changes ?? null, plan },
    () =>
      goNoGoPage(page, viewOf(process.stdout), {
        title,
        changes,
        faults: faultsMet(plan),
        next: isGo ? ['run', runbook, ...nextWords(options)] : undefined,
      }),
    globalsOf(command).output,
  );
  if (options.html !== undefined)
    say(`page: ${writePage(options.html, goNoGoHtml(page, { plan, changes }))}`);
  await writePack(plan, options.pack);
  say(`plan: ${file}`);
  process.exitCode = isGo ? 0 : 3;
}
