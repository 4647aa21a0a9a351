import { RunbookError } from '../../errors/index.ts';
import { shellQuote, type RootShell } from '../../devices/index.ts';
import type { ActionInput, Finding } from '../../workflows/contract.ts';
import { beating, objectParam, onBox, textParam, type Action } from '../action.ts';
import { readHeldSet, setFiles } from '../box/certificate-set.ts';
import { lockOwner, ownerLine } from '../box/lock.ts';
import { boxClock, digests, listFolder } from '../box/posix.ts';
import type { ActivityDeps } from '../deps.ts';
import { exchangeSet } from './delivery.ts';
import { lockName } from './delivery-script.ts';
import { runningGenerators } from './generator.ts';
import { profilePath } from '../box/profile-path.ts';
import { readManagerCa } from './manager-ca.ts';
import { peerOnDevice } from './peer-on-device.ts';
import { judgeRollback as judge } from './rollback-judgement.ts';

const suffix = '.backup';

/** Fact `device.judge`. */
export interface RollbackFact {
  readonly helps: boolean;
  readonly why: string;
  readonly tunnel: 'up' | 'down';
  /** SHA-256 of the backup, by file name: what the device is to hold. Empty where it does not help. */
  readonly wanted: Readonly<Record<string, string>>;
  readonly presentFingerprint: string | null;
  readonly backupFingerprint: string | null;
  /** Validity of the backup's certificate. */
  readonly notBefore: string;
  readonly notAfter: string;
}

/** Tells from both boxes whether the set that a delivery kept beside would help the device. Where not, that forbids the run. */
export const judgeRollback: Action = async (input, deps) =>
  await beating(async (progress) => {
    const fact = await lookAtBoth(input, deps, progress);
    const { name = '', uuid } = input.target ?? {};
    const refusal: Finding = {
      code: 'ROLLBACK_USELESS',
      severity: 'block',
      box: name,
      text: fact.why,
      ...(uuid === undefined ? {} : { uuid }),
    };
    return {
      facts: { ...fact, wanted: { ...fact.wanted } },
      findings: fact.helps ? [] : [refusal],
      note: fact.why,
    };
  });

/**
 * Puts the kept set back with the care of a delivery: the present files are kept beside as proven copies, then three renames under a
 * journal. Copies on the device itself: no key travels. May be repeated. Changes files alone; no tunnel is restarted.
 */
export const restoreOldSet: Action = async (input, deps) =>
  await beating(async (progress) => {
    const { wanted: digestsWanted, notBefore, notAfter } = objectParam<RollbackFact>(input, 'judge');
    const wanted = new Map(Object.entries(digestsWanted));
    const managerUuid = textParam(input, 'managerUuid');
    const name = input.target?.name ?? '';
    const now = await lookAtBoth(input, deps, progress);
    await onBox(deps, input, input.target, async (shell) => {
      const folder = `${profilePath(shell, 'peersRoot')}/${managerUuid}`;
      const held = await heldDigests(shell, folder);
      if (isDone(held, wanted)) return;
      const isBegun = (await lockOwner(shell, `${folder}/${lockName}`)) === ownerLine(input.run);
      // The last look before anything is written; what this run has begun is carried on, since half of it helps nobody.
      if (!isBegun && !now.helps)
        throw new RunbookError('ROLLBACK_USELESS', now.why, {
          device: name,
          state: 'Nothing was written to the device.',
        });
      await exchangeSet(
        shell,
        folder,
        {
          facts: { notBefore, notAfter },
          wanted,
          bring: async (places) => {
            for (const [file, path] of places)
              await copyKept(shell, folder, file, wanted.get(file) ?? '', path);
          },
        },
        input.run,
        progress,
      );
    });
    return { facts: { state: 'restored' }, note: `The set that ${name} had before is in its place again.` };
  });

/** Does the device hold what was to be put back? */
export const probeRollback: Action = async (input, deps) =>
  await beating(async () => {
    const wanted = new Map(Object.entries(objectParam<RollbackFact>(input, 'judge').wanted));
    const managerUuid = textParam(input, 'managerUuid');
    const held = await onBox(
      deps,
      input,
      input.target,
      async (shell) => await heldDigests(shell, `${profilePath(shell, 'peersRoot')}/${managerUuid}`),
    );
    const count = [...wanted].filter(([file, digest]) => held.get(file) === digest).length;
    const outcome = count === wanted.size ? 'done' : count === 0 ? 'not-done' : 'partly';
    const text = `${String(count)} of ${String(wanted.size)} files on the device are those of the set that it had before.`;
    return {
      facts: { outcome, text, ...(outcome === 'done' ? { facts: { state: 'restored' } } : {}) },
      note: text,
    };
  });

async function lookAtBoth(
  input: ActionInput,
  deps: ActivityDeps,
  progress: (text: string) => void,
): Promise<RollbackFact> {
  const managerUuid = textParam(input, 'managerUuid');
  progress('what the FMC presents');
  const { ca, running } = await onBox(deps, input, input.manager, async (shell) => ({
    ca: (await readManagerCa(shell)).ca,
    running: await runningGenerators(shell),
  }));
  progress('what the device holds');
  return await onBox(deps, input, input.target, async (shell) => {
    const folder = `${profilePath(shell, 'peersRoot')}/${managerUuid}`;
    const present = await readHeldSet(shell, folder);
    const backup = await readHeldSet(shell, folder, suffix);
    const judged =
      running.length > 0
        ? {
            helps: false,
            why: 'generate_certs.pl is running on the FMC: what it presents is about to change.',
          }
        : judge({ present, backup, ca, clock: await boxClock(shell) });
    return {
      ...judged,
      tunnel: (await peerOnDevice(shell, managerUuid)).up ? 'up' : 'down',
      wanted: judged.helps ? Object.fromEntries(await heldDigests(shell, folder, suffix)) : {},
      presentFingerprint: present.certificate?.fingerprint256 ?? null,
      backupFingerprint: backup.certificate?.fingerprint256 ?? null,
      notBefore: backup.certificate?.notBefore ?? '',
      notAfter: backup.certificate?.notAfter ?? '',
    };
  });
}

function isDone(held: ReadonlyMap<string, string>, wanted: ReadonlyMap<string, string>): boolean {
  return [...wanted].every(([file, digest]) => held.get(file) === digest);
}

/** SHA-256 of the three files, by their plain names. */
async function heldDigests(shell: RootShell, folder: string, ending = ''): Promise<Map<string, string>> {
  const files = Object.values(setFiles);
  const found = await digests(
    shell,
    files.map((file) => `${folder}/${file}${ending}`),
  );
  return new Map(files.map((file) => [file, found.get(`${folder}/${file}${ending}`) ?? '']));
}

/** Copies the kept file with that digest; an exchange that was broken off may have moved it aside already. */
async function copyKept(
  shell: RootShell,
  folder: string,
  file: string,
  digest: string,
  to: string,
): Promise<void> {
  const names = (await listFolder(shell, folder)).filter((name) => name.startsWith(`${file}${suffix}`));
  const kept = await digests(
    shell,
    names.map((name) => `${folder}/${name}`),
  );
  const from = [...kept].find(([, one]) => one === digest)?.[0];
  if (from === undefined)
    throw new RunbookError(
      'DELIVERY_BACKUP',
      `The kept copy of ${file} in ${folder} is not there any more.`,
      {
        state: 'Nothing was exchanged on the device.',
      },
    );
  await shell.run(`sh -c ${shellQuote(`umask 077; cp -f ${shellQuote(from)} ${shellQuote(to)}`)}`);
}
