import { RunbookError } from '../../../errors/index.ts';
import { runbookHome } from '../../../supervisor/index.ts';
import type { Plan, RunOptions } from '../../../workflows/contract.ts';
import type { CheckedFiles } from '../../client/files.ts';
import { goNoGoNow } from '../../client/go-no-go-now.ts';
import { operator } from '../../client/identity.ts';
import { readPlan, refuseDrift, writePlan } from '../../client/plan-file.ts';
import { isOpen } from '../../client/read-run.ts';
import { withSession, type Session } from '../../client/session.ts';
import { startRun } from '../../client/start-run.ts';
import { consentPage, planPage } from '../../output/plan-page.ts';
import { viewOf } from '../../output/view.ts';
import type { RunVerbOptions } from '../run.ts';
import { consent, refuseWithoutYes, tellStarted, type Terminal } from './consent.ts';
import { filesOf } from './files-of.ts';
import { followRun } from './follow-run.ts';
import { makePlan, runOptions } from './make-plan.ts';
import { inputWords } from './options.ts';
import { printData, say } from './print.ts';

/** Files first, then the plan, then the yes, then the run: nothing is begun before what comes before it is settled. */
export async function runVerb(runbook: string, options: RunVerbOptions, terminal: Terminal): Promise<void> {
  refuseWithoutYes(options, terminal, 'runbook plan');
  const given = options.plan === undefined ? undefined : readPlan(options.plan);
  const files = filesOf(runbook, given === undefined ? options : withPlanFiles(options, given));
  if (given !== undefined) refuseDrift(given, files);
  const wanted =
    given === undefined
      ? runOptions(files, options)
      : {
          ...runOptions(files, withoutInputs(options)),
          inputs: given.inputs,
          ...(given.override === undefined ? {} : { override: given.override }),
        };
  await withSession({ worker: true }, async (session) => {
    const plan = given ?? (await makePlan(session, files, wanted));
    if (plan === undefined) {
      process.exitCode = 130;
      return;
    }
    if (!plan.runnable) {
      printData(
        plan,
        () => planPage(plan, viewOf(process.stdout), { title: files.runbook.title, night: goNoGoNow(plan) }),
        terminal.output,
      );
      process.exitCode = 3;
      return;
    }
    await begin(session, files, plan, wanted, options, terminal);
  });
}

async function begin(
  session: Session,
  files: CheckedFiles,
  plan: Plan,
  wanted: RunOptions,
  options: RunVerbOptions,
  terminal: Terminal,
): Promise<void> {
  const view = viewOf(process.stderr);
  if (await isOpen(session.client, plan.runId)) {
    if (options.alone === true) throw refusedWhileOpen(plan.runId);
    say(`${plan.runId} is running already; nothing new is started. Following it.`);
  } else {
    if (options.plan === undefined) {
      say(
        `${planPage(plan, view, { title: files.runbook.title, night: goNoGoNow(plan) })}\n\nplan: ${writePlan(plan, runbookHome().plans)}`,
      );
    }
    const approval = await consent(options, terminal, () => consentPage(plan, view));
    if (approval === undefined) return;
    const started = await startRun(session.client, files, plan, wanted, { identity: operator(), approval });
    if (started.attached && options.alone === true) throw refusedWhileOpen(plan.runId);
    tellStarted(started, session);
  }
  if (options.detach === true) {
    printData({ schemaVersion: 1, kind: 'started', run: plan.runId }, () => plan.runId, terminal.output);
    return;
  }
  await followRun(session, plan.runId, terminal.output, files.runbook.phases);
}

function refusedWhileOpen(run: string): RunbookError {
  return new RunbookError(
    'PLAN_BLOCKED',
    `${run} is open: a run that changes the same boxes, or another roll-back. Nothing was started.`,
    { remedy: 'Let it end (it repairs its devices forward), or cancel it; then try again.' },
  );
}

/** With a plan file the files of its inventory need not be named again. */
function withPlanFiles(options: RunVerbOptions, plan: Plan): RunVerbOptions {
  const { inventory, knownHosts } = plan.inventory;
  return { inventory, ...(knownHosts === undefined ? {} : { knownHosts }), ...options };
}

/** @throws RunbookError INPUT_INVALID: the plan has fixed the inputs. */
function withoutInputs(options: RunVerbOptions): RunVerbOptions {
  if (inputWords(options).length > 0 || options.pack !== undefined) {
    throw new RunbookError(
      'INPUT_INVALID',
      'The plan file has fixed the inputs; --input, --proof, --waves, --budget, --window and --pack belong to `plan`.',
      {
        remedy: 'Leave them out, or make a new plan with them.',
      },
    );
  }
  return options;
}
