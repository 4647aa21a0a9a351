import path from 'node:path';
import { RunbookError } from '../../../errors/index.ts';
import { runbookHome } from '../../../supervisor/index.ts';
import type { CheckedFleet } from '../../client/fleet-files.ts';
import { overlapsOf } from '../../client/fleet-overlap.ts';
import {
  plansOf,
  readFleetPlan,
  writeFleetPlan,
  type FleetPlan,
  type PlannedMember,
} from '../../client/fleet-plan-file.ts';
import { windowLookNow } from '../../client/go-no-go-now.ts';
import { operator } from '../../client/identity.ts';
import { isOpen } from '../../client/read-run.ts';
import { withSession, type Session } from '../../client/session.ts';
import { fleetId, startFleet } from '../../client/start-fleet.ts';
import {
  canGo,
  fleetConsentPage,
  fleetPlanPage,
  type FleetPlanSubject,
} from '../../output/fleet-plan-page.ts';
import { viewOf } from '../../output/view.ts';
import { consent, refuseWithoutYes, tellStarted, type Terminal } from './consent.ts';
import { fleetOf } from './fleet-of.ts';
import type { FleetOptions } from './fleet-options.ts';
import { inputWords } from './options.ts';
import { lookAtFleet, type FleetLook } from './fleet-plans.ts';
import { followFleet } from './follow-fleet.ts';
import { printData, say } from './print.ts';

type FleetRunOptions = FleetOptions & {
  readonly plan?: string;
  readonly yes?: boolean;
  readonly detach?: boolean;
};

/** `plan --fleet`: the plan of every member, one page, one file. */
export async function planFleet(
  runbook: string,
  options: FleetOptions & { readonly out?: string },
  terminal: Terminal,
): Promise<void> {
  const checked = fleetOf(runbook, options);
  const look = await withSession({ worker: true }, (session) => lookAtFleet(session, checked));
  if (look === undefined) {
    process.exitCode = 130;
    return;
  }
  const subject = subjectOf(checked, look);
  const written = keep(checked, look, options.out);
  const go = [
    ...['run', runbook, '--fleet', options.fleet ?? ''],
    ...(written === undefined ? [] : ['--plan', written.file]),
    ...(options.settings === undefined ? [] : ['--settings', options.settings]),
  ];
  printData(
    {
      ...written?.content,
      schemaVersion: 1,
      kind: 'fleet-plan',
      runnable: canGo(subject),
      unseen: look.unseen,
      overlaps: subject.overlaps,
      plans: look.planned,
    },
    () =>
      fleetPlanPage(subject, viewOf(process.stdout), { go, leaveOut: againWords('plan', runbook, options) }),
    terminal.output,
  );
  if (written !== undefined) say(`plan: ${written.file}`);
  process.exitCode = canGo(subject) ? 0 : 3;
}

/** `run --fleet`: files first, then the plans, then the yes, then the run. */
export async function runFleet(runbook: string, options: FleetRunOptions, terminal: Terminal): Promise<void> {
  refuseWithoutYes(options, terminal, 'runbook plan --fleet');
  const given = options.plan === undefined ? undefined : readFleetPlan(options.plan);
  const checked =
    given === undefined
      ? fleetOf(runbook, options)
      : withPlan(fleetOf(runbook, withoutChoices(options)), given);
  const planned = given === undefined ? undefined : plansOf(path.resolve(options.plan ?? ''), given, checked);
  await withSession({ worker: true }, async (session) => {
    const id = fleetId(checked.fleet.name);
    if (await isOpen(session.client, id)) {
      say(`${id} is running already; nothing new is started. Following it.`);
    } else {
      const members = planned ?? (await lookAndShow(session, runbook, checked, options));
      if (members === undefined) return;
      const approval = await consent(options, terminal, () =>
        fleetConsentPage(subjectOf(checked, { planned: members, unseen: [] }), viewOf(process.stderr)),
      );
      if (approval === undefined) return;
      const by = { identity: operator(), approval };
      tellStarted(await startFleet(session.client, checked, members, checked.leftOut, by), session);
    }
    if (options.detach === true)
      printData({ schemaVersion: 1, kind: 'started', run: id }, () => id, terminal.output);
    else await followFleet(session, id, terminal.output);
  });
}

/** Makes the plans and shows them; undefined: not to be started, and the exit code says why. */
async function lookAndShow(
  session: Session,
  runbook: string,
  checked: CheckedFleet,
  options: FleetRunOptions,
): Promise<readonly PlannedMember[] | undefined> {
  const look = await lookAtFleet(session, checked);
  if (look === undefined) {
    process.exitCode = 130;
    return undefined;
  }
  const subject = subjectOf(checked, look);
  const written = keep(checked, look);
  say(fleetPlanPage(subject, viewOf(process.stderr), { leaveOut: againWords('run', runbook, options) }));
  if (written !== undefined) say(`\nplan: ${written.file}`);
  if (canGo(subject)) return look.planned;
  process.exitCode = 3;
  return undefined;
}

function subjectOf(checked: CheckedFleet, look: FleetLook): FleetPlanSubject {
  const { fleet } = checked;
  return {
    name: fleet.name,
    title: checked.runbook.title,
    limits: { fmcs: fleet.limits.fmcs, devices: checked.lanes, budget: fleet.limits.budget },
    canary: fleet.canary,
    planned: look.planned,
    unseen: look.unseen,
    leftOut: checked.leftOut,
    windowLook: windowLookNow,
    overlaps: overlapsOf(
      look.planned,
      (member) => fleet.members.find(({ name }) => name === member)?.place ?? fleet.file,
    ),
  };
}

/** Keeps the plans, also of a fleet that cannot go: they say why. */
function keep(
  checked: CheckedFleet,
  { planned }: FleetLook,
  out?: string,
): ReturnType<typeof writeFleetPlan> | undefined {
  return planned.length === 0 ? undefined : writeFleetPlan(checked, planned, runbookHome().plans, out);
}

/** The plan has fixed what was accepted, left out and recorded. */
function withPlan(checked: CheckedFleet, plan: FleetPlan): CheckedFleet {
  return {
    ...checked,
    leftOut: plan.leftOut,
    members: checked.members.flatMap((member) => {
      const planned = plan.members.find(({ name }) => name === member.name);
      if (planned === undefined) return [];
      const { accepted, acceptReason, changeId } = planned;
      return [
        {
          ...member,
          options: {
            ...member.options,
            accepted,
            ...(acceptReason === undefined ? {} : { acceptReason }),
            ...(changeId === undefined ? {} : { changeId }),
          },
        },
      ];
    }),
  };
}

/** @throws RunbookError INPUT_INVALID: the plan has fixed them. */
function withoutChoices(options: FleetRunOptions): FleetRunOptions {
  const { pack, accept, leaveOut, member } = options;
  if (inputWords(options).length > 0 || [pack, accept, leaveOut, member].some((one) => one !== undefined))
    throw new RunbookError(
      'INPUT_INVALID',
      'The plan file has fixed inputs and members; --input, --proof, --waves, --budget, --window, --pack, --accept, --leave-out and --member belong to `plan`.',
      { remedy: 'Leave them out, or make a new plan with them.' },
    );
  return options;
}

/** The command as it was typed, for the next try with more members left out: their names are to follow, then the reason. */
function againWords(verb: 'plan' | 'run', runbook: string, options: FleetOptions): string[] {
  return [
    ...[verb, runbook, '--fleet', options.fleet ?? ''],
    ...(options.settings === undefined ? [] : ['--settings', options.settings]),
    ...(options.input === undefined ? [] : ['--input', ...options.input]),
    ...(options.proof === undefined ? [] : ['--proof', options.proof]),
    ...(options.member === undefined ? [] : ['--member', ...options.member]),
    ...(options.change === undefined ? [] : ['--change', options.change]),
    ...(options.pack === undefined ? [] : ['--pack', options.pack]),
    ...(options.accept === undefined ? [] : ['--accept', ...options.accept]),
    ...['--leave-out', ...(options.leaveOut ?? [])],
  ];
}
