import path from 'node:path';
import { RunbookError, type Issue } from '../../errors/index.ts';
import type { Runbook } from '../../language/index.ts';
import { loadFleet, loadRunbook, loadSettings, runSettings, type Fleet } from '../../loader/index.ts';
import type { LeftOut, RunOptions } from '../../workflows/contract.ts';
import { faultyFiles, targetOf, type CheckedFiles } from './files.ts';
import { inputsOfRun } from './inputs.ts';

export interface FleetArguments {
  /** Name or path. */
  readonly runbook: string;
  readonly fleet: string;
  readonly settings?: string | undefined;
}

/** What the command line says for all members. */
export interface FleetChoice {
  /** `name=value`, over those of the file. */
  readonly inputs: readonly string[];
  /** Folder for the offline packs; each member gets one of its own in it. */
  readonly pack?: string | undefined;
  /** `MEMBER/BOX`. */
  readonly accept: readonly string[];
  readonly leaveOut: readonly string[];
  /** Only these. */
  readonly members?: readonly string[] | undefined;
  readonly reason?: string | undefined;
  readonly change?: string | undefined;
}

export interface CheckedMember {
  readonly name: string;
  readonly order: number;
  readonly files: CheckedFiles;
  readonly options: RunOptions;
}

export interface CheckedFleet {
  readonly fleet: Fleet;
  readonly runbook: Runbook;
  readonly runbookDigest: string;
  /** Device lanes over all members. */
  readonly lanes: number;
  readonly members: readonly CheckedMember[];
  readonly leftOut: readonly LeftOut[];
  readonly warnings: readonly Issue[];
}

/**
 * Reads and checks the fleet file, every inventory it names, runbook and settings; touches nothing else.
 * @throws RunbookError INPUT_INVALID; `context.issues` has the faults of all of them at once
 */
export function checkFleet(files: FleetArguments, choice: FleetChoice): CheckedFleet {
  const runbook = loadRunbook(files.runbook);
  const settings = loadSettings(files.settings);
  const loaded = loadFleet(files.fleet, settings.ok ? settings.settings : undefined);
  const issues = [runbook, loaded, settings].flatMap((one) => (one.ok ? [] : one.issues));
  if (!runbook.ok || !loaded.ok || !settings.ok) throw faultyFiles(issues);
  const { fleet } = loaded;
  const { rollout } = settings.settings;
  const names = fleet.members.map(({ name }) => name);
  const accepted = readAccepted(choice, names);
  const leftOut = readLeftOut(choice, names);
  const lanes = fleet.limits.devices ?? settings.settings.lanes;
  const ofSite = files.settings === undefined ? {} : { settings: runSettings(settings.settings) };
  const members = fleet.members
    .filter(({ name }) => !leftOut.some((one) => one.name === name))
    .map((member): CheckedMember => {
      const words = [
        ...Object.entries(member.inputs).map(([key, value]) => `${key}=${String(value)}`),
        ...choice.inputs,
        ...(choice.pack === undefined ? [] : [`pack=${path.resolve(choice.pack, member.name)}`]),
      ];
      const change = choice.change ?? member.change;
      return {
        name: member.name,
        order: member.order,
        files: {
          runbook: runbook.runbook,
          runbookDigest: runbook.digest,
          inventory: {
            inventory: member.inventory,
            ...(member.knownHosts === undefined ? {} : { knownHosts: member.knownHosts }),
            digest: member.inventoryDigest,
          },
          entries: member.loaded.entries.map(targetOf),
          lanes,
          ...ofSite,
          rollout,
          warnings: [],
        },
        options: {
          ...inputsOfRun(runbook.runbook, words, rollout, choice.reason),
          accepted: accepted.get(member.name) ?? [],
          lanes,
          ...ofSite,
          ...(member.devices === undefined ? {} : { devices: member.devices }),
          ...(choice.reason === undefined ? {} : { acceptReason: choice.reason }),
          ...(change === undefined ? {} : { changeId: change }),
        },
      };
    });
  if (members.length === 0)
    throw new RunbookError('INPUT_INVALID', 'Every member is left out: nothing is to be done.');
  return {
    fleet,
    runbook: runbook.runbook,
    runbookDigest: runbook.digest,
    lanes,
    members,
    leftOut,
    warnings: loaded.warnings,
  };
}

function readAccepted(choice: FleetChoice, names: readonly string[]): Map<string, string[]> {
  const accepted = new Map<string, string[]>();
  for (const word of choice.accept) {
    const cut = word.indexOf('/');
    const member = word.slice(0, Math.max(0, cut));
    if (cut < 1 || !names.includes(member))
      throw new RunbookError('INPUT_INVALID', `--accept ${word}: expected MEMBER/BOX.`, {
        remedy: `Members: ${names.join(', ')}. A name of a box may occur in several of them.`,
      });
    accepted.set(member, [...(accepted.get(member) ?? []), word.slice(cut + 1)]);
  }
  needReason(choice, '--accept', choice.accept);
  return accepted;
}

function readLeftOut(choice: FleetChoice, names: readonly string[]): LeftOut[] {
  const unknown = [...choice.leaveOut, ...(choice.members ?? [])].filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new RunbookError('INPUT_INVALID', `The fleet has no member ${unknown.join(', ')}.`, {
      remedy: `Members: ${names.join(', ')}.`,
    });
  needReason(choice, '--leave-out', choice.leaveOut);
  return names.flatMap((name) => {
    if (choice.leaveOut.includes(name)) return [{ name, reason: choice.reason ?? '' }];
    return choice.members === undefined || choice.members.includes(name)
      ? []
      : [{ name, reason: 'not among the members chosen' }];
  });
}

function needReason({ reason = '' }: FleetChoice, option: string, given: readonly string[]): void {
  if (given.length > 0 && reason.trim() === '')
    throw new RunbookError(
      'INPUT_MISSING',
      `${option} needs --reason: it is recorded who decided it, and why.`,
    );
}
