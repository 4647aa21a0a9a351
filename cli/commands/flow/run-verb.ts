import { RunbookError } from '../../../errors/index.ts';
import { runbookHome } from '../../../supervisor/index.ts';
import { goNoGo } from '../../../report/index.ts';
import type { Plan, RunOptions, StartedBy } from '../../../workflows/contract.ts';
import type { CheckedFiles } from '../../client/files.ts';
import { operator } from '../../client/identity.ts';
import { readPlan, refuseDrift, writePlan } from '../../client/plan-file.ts';
import { isOpen } from '../../client/read-run.ts';
import { withSession, type Session } from '../../client/session.ts';
import { startRun } from '../../client/start-run.ts';
import type { GlobalOptions } from '../../main.ts';
import { commandLine } from '../../output/command-line.ts';
import { consentPage, planPage } from '../../output/plan-page.ts';
import { viewOf } from '../../output/view.ts';
import type { RunVerbOptions } from '../run.ts';
import { filesOf } from './files-of.ts';
import { followRun } from './follow-run.ts';
import { makePlan, runOptions } from './make-plan.ts';
import { printData, say } from './print.ts';

interface Terminal {
  readonly output: GlobalOptions['output'];
  readonly mayAsk: boolean;
}

/** Files first, then the plan, then the yes, then the run: nothing is begun before what comes before it is settled. */
export async function runVerb(runbook: string, options: RunVerbOptions, terminal: Terminal): Promise<void> {
  if (options.plan === undefined && options.yes !== true && !terminal.mayAsk) {
    throw new RunbookError('INPUT_MISSING', 'Nobody can be asked here, and nothing says yes to the plan.', {
      remedy:
        'Look at `runbook plan` and give the file by --plan FILE, or say --yes to accept the plan unseen.',
    });
  }
  const given = options.plan === undefined ? undefined : readPlan(options.plan);
  const files = filesOf(runbook, given === undefined ? options : withPlanFiles(options, given));
  if (given !== undefined) refuseDrift(given, files);
  const wanted =
    given === undefined
      ? runOptions(files, options)
      : { ...runOptions(files, withoutInputs(options)), inputs: given.inputs };
  await withSession({ worker: true }, async (session) => {
    const plan = given ?? (await makePlan(session, files, wanted));
    if (plan === undefined) {
      process.exitCode = 130;
      return;
    }
    if (!plan.runnable) {
      printData(
        plan,
        () =>
          planPage(plan, viewOf(process.stdout), {
            title: files.runbook.title,
            night: goNoGo(plan, { now: new Date() }),
          }),
        terminal.output,
      );
      process.exitCode = 3;
      return;
    }
    await begin(session, files, plan, wanted, { ...options, fromFile: given !== undefined }, terminal);
  });
}

async function begin(
  session: Session,
  files: CheckedFiles,
  plan: Plan,
  wanted: RunOptions,
  options: RunVerbOptions & { readonly fromFile: boolean },
  terminal: Terminal,
): Promise<void> {
  const view = viewOf(process.stderr);
  const comeBack = commandLine(view.program, ['watch', plan.runId]);
  if (await isOpen(session.client, plan.runId)) {
    if (options.alone === true) throw refusedWhileOpen(plan.runId);
    say(`${plan.runId} is running already; nothing new is started. Following it.`);
  } else {
    if (!options.fromFile) {
      say(
        `${planPage(plan, view, { title: files.runbook.title, night: goNoGo(plan, { now: new Date() }) })}\n\nplan: ${writePlan(plan, runbookHome().plans)}`,
      );
    }
    const approval = await consent(plan, options, terminal);
    if (approval === undefined) {
      say('Not started; nothing was touched.');
      process.exitCode = 3;
      return;
    }
    const { attached } = await startRun(session.client, files, plan, wanted, {
      identity: operator(),
      approval,
    });
    if (attached && options.alone === true) throw refusedWhileOpen(plan.runId);
    say(
      attached
        ? `${plan.runId} is running already; following it.`
        : `Started. Ctrl-C only detaches; come back with\n  ${comeBack}`,
    );
    if (session.uiUrl !== undefined) say(`In the Temporal UI\n  ${uiLink(session, plan.runId)}`);
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
    `${run} is open: a renewal of this FMC, or another roll-back. Nothing was started.`,
    { remedy: 'Let it end (its delivery repairs a device forward), or cancel it; then try again.' },
  );
}

/** The yes, and how it was given; undefined: no. */
async function consent(
  plan: Plan,
  options: RunVerbOptions & { readonly fromFile: boolean },
  terminal: Terminal,
): Promise<StartedBy['approval'] | undefined> {
  if (options.yes === true) return 'unattended';
  // Who names the plan file on a terminal has looked at it; elsewhere nobody did at this moment.
  if (options.fromFile) return terminal.mayAsk ? 'interactive' : 'unattended';
  const { question } = await import('./ask.ts');
  const answer = await question(`\n${consentPage(plan, viewOf(process.stderr))}\n\nType yes to begin: `);
  return answer.trim().toLowerCase() === 'yes' ? 'interactive' : undefined;
}

export function uiLink(session: Pick<Session, 'uiUrl' | 'namespace'>, workflowId: string): string {
  return `${session.uiUrl ?? ''}/namespaces/${encodeURIComponent(session.namespace)}/workflows/${encodeURIComponent(workflowId)}`;
}

/** With a plan file the files of its inventory need not be named again. */
function withPlanFiles(options: RunVerbOptions, plan: Plan): RunVerbOptions {
  const { inventory, knownHosts } = plan.inventory;
  return { inventory, ...(knownHosts === undefined ? {} : { knownHosts }), ...options };
}

/** @throws RunbookError INPUT_INVALID: the plan has fixed the inputs. */
function withoutInputs(options: RunVerbOptions): RunVerbOptions {
  if (options.input !== undefined || options.proof !== undefined || options.pack !== undefined) {
    throw new RunbookError(
      'INPUT_INVALID',
      'The plan file has fixed the inputs; --input, --proof and --pack belong to `plan`.',
      {
        remedy: 'Leave them out, or make a new plan with them.',
      },
    );
  }
  return options;
}
