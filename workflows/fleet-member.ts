import {
  condition,
  defineSignal,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  startChild,
  workflowInfo,
  type ChildWorkflowHandle,
  type Workflow,
} from '@temporalio/workflow';
import {
  defineSearchAttributeKey,
  TypedSearchAttributes,
  WorkflowExecutionAlreadyStartedError,
  type SearchAttributePair,
} from '@temporalio/common';
import {
  fleetWordSignal,
  followSignal,
  memoAtStart,
  memoKey,
  workflowTypes,
  type FleetRef,
  type FleetWord,
  type RunDocument,
  type RunInput,
} from './contract.ts';
import type { Fleet } from './fleet-document.ts';
import { memberEnd } from './fleet-news.ts';
import { cancelOf, type MemberTrack } from './fleet-state.ts';
import { nowIso } from './instant.ts';

type MemberRun = ChildWorkflowHandle<(input: RunInput) => Promise<RunDocument>>;

/** A run that ends between our start and our signal is tried again; more often than this it is somebody's script. */
const mostStarts = 3;

/** With more members than this the history of the fleet would be mostly the runbook, once for each of them: their inputs are compressed. */
const mostReadable = 20;

/** Takes one member through: as a run of this fleet, or, where somebody else runs it already, by following that one to its end. */
export async function runMember(fleet: Fleet, track: MemberTrack): Promise<void> {
  try {
    for (let starts = 0; starts < mostStarts; starts += 1) {
      const run = await startRun(fleet, track);
      if (run !== undefined) {
        await finish(fleet, track, run);
        return;
      }
      if (await follow(fleet, track)) return;
    }
    close(track, 'needs-hands', `Somebody else starts ${track.member.plan.runId} again and again.`);
  } catch (thrown) {
    close(
      track,
      'needs-hands',
      `It could not be started: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    );
  }
}

async function startRun(fleet: Fleet, track: MemberTrack): Promise<MemberRun | undefined> {
  const { member } = track;
  const { input } = fleet;
  const run: RunInput = {
    ...(input.members.length > mostReadable ? { bulk: true } : {}),
    runbook: input.runbook,
    runbookDigest: input.runbookDigest,
    inventory: member.inventory,
    options: { ...member.options, lanes: Math.min(member.options.lanes, track.lanes) },
    plan: member.plan,
    startedBy: input.startedBy,
    fleet: { workflowId: workflowInfo().workflowId, member: member.name },
  };
  try {
    return await startChild<(input: RunInput) => Promise<RunDocument>>(workflowTypes.run, {
      workflowId: member.plan.runId,
      args: [run],
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
      staticSummary: `${input.runbook.title}: ${member.plan.manager.name} (${member.name})`.slice(0, 200),
      staticDetails: startDetails(fleet, track),
      memo: { [memoKey]: memoAtStart(member.devices) },
      typedSearchAttributes: attributesOf({
        RunbookName: input.runbook.name,
        RunbookDigest: input.runbookDigest,
        ManagerName: member.plan.manager.name,
        RunPhase: 'starting',
        ...(member.options.changeId === undefined ? {} : { ChangeId: member.options.changeId }),
      }),
    });
  } catch (thrown) {
    if (thrown instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw thrown;
  }
}

/** Markdown for the details in the Temporal UI, as a run that is started alone has them. */
function startDetails({ input }: Fleet, { member, lanes }: MemberTrack): string {
  const { fleet, runbook, startedBy } = input;
  const { changeId } = member.options;
  const mark = (text: string): string => `\`${text.replaceAll('`', "'")}\``;
  return [
    `**${runbook.title}** (${runbook.name}, version ${String(runbook.version)}, ${input.runbookDigest})`,
    `Member ${mark(member.name)} of the fleet ${mark(fleet.name)}`,
    `Manager: ${mark(member.plan.manager.name)} ${mark(member.plan.manager.address)}`,
    `${String(member.devices)} devices, ${String(lanes)} at once; inventory ${mark(member.inventory.inventory)}`,
    `Change: ${changeId === undefined ? 'none given' : mark(changeId)}`,
    `${startedBy.approval === 'unattended' ? 'Unattended, pre-approved' : 'Approved on a terminal'} by ${mark(startedBy.identity)}; plan of ${member.plan.madeAt}`,
  ].join('\n\n');
}

async function finish(fleet: Fleet, track: MemberTrack, run: MemberRun): Promise<void> {
  const { desk } = fleet;
  fleet.runs.add(run);
  // It came to be while the fleet was being paused or cancelled.
  const pause = desk.paused();
  const cancel = cancelOf(desk.decisions());
  if (pause !== undefined) await tell(run, { verb: 'pause', input: { by: pause.by, reason: pause.reason } });
  if (cancel !== undefined)
    await tell(run, { verb: 'cancel', input: { by: cancel.by, reason: cancel.reason ?? '' } });
  try {
    track.end = memberEnd(await run.result());
    close(track, track.end.exitCode === 0 ? 'done' : 'needs-hands');
  } catch (thrown) {
    // Somebody terminated it: what it was doing on the boxes is not known.
    close(
      track,
      'needs-hands',
      `The run ended without an answer: ${thrown instanceof Error ? thrown.message : String(thrown)}. What stands on the boxes is told by a new plan.`,
    );
  } finally {
    fleet.runs.delete(run);
  }
}

/** @returns false when the run has ended meanwhile */
async function follow(fleet: Fleet, track: MemberTrack): Promise<boolean> {
  const { workflowId } = workflowInfo();
  try {
    await getExternalWorkflowHandle(track.member.plan.runId).signal(defineSignal<[FleetRef]>(followSignal), {
      workflowId,
      member: track.member.name,
    });
  } catch {
    return false;
  }
  track.followed = true;
  track.lanes = 0;
  track.note =
    'Its run was going on already, started by somebody else: followed. Pause and cancel of the fleet do not reach it.';
  fleet.onChange();
  await condition(() => track.end !== undefined || fleet.desk.stopped() || track.status === 'skipped');
  if (track.end === undefined) {
    const why = 'Its run, started by somebody else, goes on by itself; it was followed no further.';
    close(track, 'skipped', track.status === 'skipped' ? undefined : why);
    return true;
  }
  close(track, track.end.exitCode === 0 ? 'done' : 'needs-hands');
  return true;
}

function close(track: MemberTrack, status: MemberTrack['status'], note?: string): void {
  track.status = status;
  track.endedAt = nowIso();
  track.lanes = 0;
  if (note !== undefined) track.note = note;
}

/** Tells all runs of this fleet what a person said; not those that it only follows. */
export async function passOn(fleet: Fleet, word: FleetWord): Promise<void> {
  await Promise.all([...fleet.runs].map((run) => tell(run, word)));
}

async function tell(run: Pick<ChildWorkflowHandle<Workflow>, 'signal'>, word: FleetWord): Promise<void> {
  // One that has just ended does not need it.
  await run.signal(defineSignal<[FleetWord]>(fleetWordSignal), word).catch(() => undefined);
}

function attributesOf(values: Readonly<Record<string, string>>): TypedSearchAttributes {
  return new TypedSearchAttributes(
    Object.entries(values).map(([name, value]): SearchAttributePair => ({
      key: defineSearchAttributeKey(name, 'KEYWORD'),
      // A keyword holds at most 255 bytes on SQL stores.
      value: value.slice(0, 200),
    })),
  );
}
