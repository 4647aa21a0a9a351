import { existsSync } from 'node:fs';
import path from 'node:path';
import { RunbookError, type Issue } from '../../errors/index.ts';
import type { Runbook } from '../../language/index.ts';
import {
  hostAndPort,
  loadInventory,
  loadRunbook,
  loadSettings,
  runSettings,
  type InventoryEntry,
  type RunSettings,
} from '../../loader/index.ts';
import { plural } from '../../report/index.ts';
import type { InventoryRef, TargetRef } from '../../workflows/contract.ts';

import type { SiteRollout } from './inputs.ts';

export interface FileArguments {
  /** Name or path. */
  readonly runbook: string;
  readonly inventory: string;
  readonly knownHosts?: string | undefined;
  readonly settings?: string | undefined;
}

/** What the operator's files say, all of them checked. */
export interface CheckedFiles {
  readonly runbook: Runbook;
  readonly runbookDigest: string;
  readonly inventory: InventoryRef;
  readonly entries: readonly TargetRef[];
  /** Devices worked on at once, from the settings. */
  readonly lanes: number;
  /** What the operator's settings file says for this run; absent without a file. */
  readonly settings?: RunSettings;
  /** What the operator's settings file says of restarts and proofs; its defaults without a file. */
  readonly rollout: SiteRollout;
  /** What the operator should know and need not mend. */
  readonly warnings: readonly Issue[];
}

/**
 * Reads and checks runbook, inventory, known_hosts and settings; touches nothing else.
 * @throws RunbookError INPUT_INVALID; `context.issues` has the faults of all of them at once
 */
export function checkFiles(files: FileArguments): CheckedFiles {
  const runbook = loadRunbook(files.runbook);
  const settings = loadSettings(files.settings);
  const inventory = loadInventory({
    inventory: files.inventory,
    knownHosts: files.knownHosts,
    settings: settings.ok ? settings.settings : undefined,
  });
  const issues = [runbook, inventory, settings].flatMap((loaded) => (loaded.ok ? [] : loaded.issues));
  if (!runbook.ok || !inventory.ok || !settings.ok) throw faultyFiles(issues);
  return {
    runbook: runbook.runbook,
    runbookDigest: runbook.digest,
    // The worker has a working directory of its own.
    inventory: {
      inventory: path.resolve(files.inventory),
      ...(files.knownHosts === undefined ? {} : { knownHosts: path.resolve(files.knownHosts) }),
      digest: inventory.digest,
    },
    entries: inventory.inventory.entries.map((entry) => targetOf(familyKnown(entry, runbook.runbook))),
    lanes: settings.settings.lanes,
    ...(files.settings === undefined ? {} : { settings: runSettings(settings.settings) }),
    rollout: settings.settings.rollout,
    warnings: inventory.warnings,
  };
}

/** Where a runbook knows one family only, a box of which the inventory says nothing is talked to as one of that family. */
function familyKnown(entry: InventoryEntry, { families }: Runbook): InventoryEntry {
  const { manager, device } = families;
  return entry.family !== undefined || manager !== undefined || device === undefined
    ? entry
    : { ...entry, family: device };
}

export function targetOf(entry: InventoryEntry): TargetRef {
  return {
    name: entry.name,
    address: hostAndPort(entry.host, entry.port),
    entry: entry.key,
    ...(entry.family === undefined ? {} : { family: entry.family }),
    ...(entry.site === undefined ? {} : { site: entry.site }),
  };
}

/**
 * The runbook that takes this one back: its name, or its file where this one is a file too.
 * @throws RunbookError INPUT_INVALID
 */
export function rollBackOf(runbook: string): string {
  const loaded = loadRunbook(runbook);
  if (!loaded.ok) throw faultyFiles(loaded.issues);
  const { name, rollBackWith } = loaded.runbook;
  if (rollBackWith === undefined)
    throw new RunbookError('INPUT_INVALID', `${name} has no roll-back: it names none in \`rollBackWith\`.`);
  const beside = path.join(path.dirname(loaded.file), `${rollBackWith}.yaml`);
  return existsSync(beside) ? beside : rollBackWith;
}

/** All faults of the operator's files at once. */
export function faultyFiles(issues: readonly Issue[]): RunbookError {
  return new RunbookError(
    'INPUT_INVALID',
    `${issues.length} ${plural(issues.length, 'fault')} in the files; nothing was touched.`,
    { issues },
  );
}
