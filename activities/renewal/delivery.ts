import { createHash } from 'node:crypto';
import { RunbookError } from '../../errors/index.ts';
import { shellQuote, type CommandResult, type RootShell } from '../../devices/index.ts';
import { checkSet, type CertificateFacts } from '../../pki/index.ts';
import { setFiles } from '../box/certificate-set.ts';
import { pause } from '../action.ts';
import { isOwnOrDead, lockCommands, ownerCommand, readOwner, settleLock } from '../box/lock.ts';
import {
  boxClock,
  clockCommand,
  digestCommand,
  freeKb,
  readClock,
  readDigests,
  spaceCommand,
} from '../box/posix.ts';
import type { RunRef } from '../../workflows/contract.ts';
import { backupName, exchangeScript, lockName, temporaryName } from './delivery-script.ts';

/** The new set of one device, in the worker's memory and nowhere else. */
export interface NewSet {
  readonly ca: Buffer;
  readonly certificate: Buffer;
  readonly key: Buffer;
  readonly facts: CertificateFacts;
}

/** Less than this is not enough for three files, their temporary twins and backups. */
const neededKb = 256;

/** Line ends as a Unix program expects them, with one at the end: a set that went through a terminal or an editor may differ. */
export function withLfEnds(content: Buffer): Buffer {
  return Buffer.from(`${content.toString('utf8').replaceAll('\r\n', '\n').trimEnd()}\n`, 'utf8');
}

/** Brings a set from the worker's memory into the folder of its manager on a device, see {@link exchangeSet}. */
export async function deliverSet(
  shell: RootShell,
  folder: string,
  set: NewSet,
  run: RunRef,
  progress: (text: string) => void,
): Promise<Exchanged> {
  const contents = new Map<string, Buffer>([
    [setFiles.ca, set.ca],
    [setFiles.certificate, set.certificate],
    [setFiles.key, set.key],
  ]);
  const incoming: Incoming = {
    facts: set.facts,
    wanted: new Map(
      [...contents].map(([file, content]) => [file, createHash('sha256').update(content).digest('hex')]),
    ),
    // Together, and as secret as the key among them.
    bring: async (places) => {
      const files = [...places].map(([file, path]) => [path, contents.get(file) ?? Buffer.alloc(0)] as const);
      await shell.writeFiles(new Map(files), { secret: true });
    },
  };
  return await exchangeSet(shell, folder, incoming, run, progress);
}

/** Whether anything had to be exchanged: nothing where the set lay there already. */
export interface Exchanged {
  readonly exchanged: boolean;
}

type Validity = Pick<CertificateFacts, 'notBefore' | 'notAfter'>;

/** A set that is to take the place of the present one, wherever it comes from. */
export interface Incoming {
  readonly facts: Validity;
  /** SHA-256 by file name. */
  readonly wanted: ReadonlyMap<string, string>;
  /** Makes the files of these names at the given paths on the device, mode 0600. */
  readonly bring: (places: ReadonlyMap<string, string>) => Promise<void>;
}

/**
 * Puts a set into the place of the present one: beside the old files under temporary names, checked there, then exchanged. May be
 * repeated: an attempt that died is carried on from where the box stands.
 * Throws DELIVERY_WRONG_FOLDER, DELIVERY_CLOCK, DELIVERY_LOCKED, DELIVERY_BACKUP, PKI_MISMATCH, SESSION_NO_SPACE.
 */
export async function exchangeSet(
  shell: RootShell,
  folder: string,
  { facts, wanted, bring }: Incoming,
  run: RunRef,
  progress: (text: string) => void,
): Promise<Exchanged> {
  await proveReady(shell, folder, facts, progress);
  const lock = `${folder}/${lockName}`;
  progress('lock');
  const { answers } = await shell.look({
    folder,
    commands: {
      ...lockCommands(lockName, run),
      held: digestCommand([...wanted.keys()]),
      old: `cat ${lockName}/old 2>/dev/null`,
    },
  });
  await settleLock(shell, lock, run, answers);

  const held = readDigests(answers.held.output);
  const kept = keptDigests(answers.old);
  const old = kept ?? oldDigests(wanted, held);
  try {
    const missing = [...wanted].filter(([file, digest]) => held.get(file) !== digest);
    if (missing.length > 0) {
      progress(`bring ${missing.map(([file]) => file).join(', ')}`);
      await bring(new Map(missing.map(([file]) => [file, `${folder}/${temporaryName(file)}`])));
    }
    progress('check on the device');
    await checkThere(shell, folder, held, wanted, kept === undefined ? noteOld(old) : ':');
  } catch (thrown) {
    // The old set is whole and in use; what was brought so far is of no use to anybody.
    await shell.run(tidyUp(folder)).catch(() => undefined);
    throw withState(thrown, isUntouched(held, old));
  }

  progress('exchange');
  const script = exchangeScript({ folder, wanted, old });
  const done = await shell.run(`sh -c ${shellQuote(script)} || exit $?; ${tidyUp(folder)} || exit 25`, {
    anyStatus: true,
  });
  if (done.status !== 0) throw exchangeFailed(done.status, done.output, folder);
  return { exchanged: [...wanted].some(([file, digest]) => held.get(file) !== digest) };
}

/** Nothing of an earlier attempt has taken the place of an old file yet. */
function isUntouched(held: ReadonlyMap<string, string>, old: ReadonlyMap<string, string>): boolean {
  return [...old].every(([file, digest]) => held.get(file) === digest);
}

/** Says where the device stands, which who found the fault could not know. */
function withState(thrown: unknown, untouched: boolean): unknown {
  if (thrown instanceof RunbookError)
    thrown.context.state = untouched
      ? 'The old set is in place and untouched.'
      : 'An earlier attempt has begun the exchange: the device may hold a mixture. Do not restart sftunnel on it before it is repaired.';
  return thrown;
}

/** Names of what a delivery leaves beside the three files while it is under way, without its lock. */
const besides = Object.values(setFiles).flatMap((file) => [temporaryName(file), backupName(file)]);

/** Removes what a delivery leaves beside the files. */
const tidyUp = (folder: string): string =>
  `cd ${shellQuote(folder)} && rm -f ${besides.join(' ')} && rm -rf ${lockName}`;

/** Asks, in the folder of a manager, for what a delivery leaves there; read by {@link areLeftovers}. */
export const leftoverCommands = {
  leftovers: [lockName, ...besides].map((name) => `[ -e ${name} ]`).join(' || '),
  leftBy: ownerCommand(lockName),
} as const;

/** A delivery of this run, or of an earlier run of the same id, has begun here and not ended. Another run's is its own matter. */
export function areLeftovers(
  { leftovers, leftBy }: Readonly<Record<keyof typeof leftoverCommands, CommandResult>>,
  run: RunRef,
): boolean {
  if (leftovers.status !== 0) return false;
  const owner = readOwner(leftBy) ?? '';
  return owner === '' || isOwnOrDead(owner, run);
}

/** A device that is so little behind the FMC is waited for; a new certificate is valid from the moment it is made. */
const tolerableLagMs = 300_000;

/** Folder, clock and room, before anything is written. */
async function proveReady(
  shell: RootShell,
  folder: string,
  facts: Validity,
  progress: (text: string) => void,
): Promise<void> {
  const { answers } = await shell.look({
    commands: {
      folder: `test -d ${shellQuote(folder)}`,
      clock: clockCommand,
      space: spaceCommand(folder),
    },
  });
  if (answers.folder.status !== 0)
    throw new RunbookError(
      'DELIVERY_WRONG_FOLDER',
      `The device has no folder ${folder}: it is not registered with this FMC.`,
      {
        state: 'Nothing was written to the device.',
      },
    );
  await proveClock(shell, readClock(answers.clock.output), facts, progress);
  // Where the room cannot be read, a file that does not fit shows in its checksum, before anything is exchanged.
  if (((await freeKb(shell, folder, answers.space)) ?? neededKb) < neededKb) throw noSpace(folder);
}

async function proveClock(
  shell: RootShell,
  shown: number,
  facts: Validity,
  progress: (text: string) => void,
): Promise<void> {
  const from = Date.parse(facts.notBefore);
  const to = Date.parse(facts.notAfter);
  let clock = shown;
  if (clock < from && from - clock <= tolerableLagMs) {
    progress(
      `the clock of the device is ${String(Math.ceil((from - clock) / 1000))} s behind the certificate`,
    );
    await pause(from - clock);
    clock = await boxClock(shell);
  }
  if (clock >= from && clock <= to) return;
  throw new RunbookError(
    'DELIVERY_CLOCK',
    `The clock of the device says ${new Date(clock).toISOString()}; the new certificate is valid from ${facts.notBefore} to ${facts.notAfter}.`,
    { state: 'Nothing was written to the device; what it held before is in place.' },
  );
}

/** Digests of the set as an earlier attempt of this run found it; undefined where it left none, or not all. */
function keptDigests({ status, output }: CommandResult): Map<string, string> | undefined {
  if (status !== 0 || !output.includes('end')) return undefined;
  return new Map(
    [...output.matchAll(/^([0-9a-f]{64}) (\S+)$/gm)].map((match) => [match[2] ?? '', match[1] ?? '']),
  );
}

/** Digests of the set as it is before this run touches it. A file that already is the new one has no old content to keep. */
function oldDigests(
  wanted: ReadonlyMap<string, string>,
  held: ReadonlyMap<string, string>,
): Map<string, string> {
  const old = new Map<string, string>();
  for (const [file, fresh] of wanted) {
    const digest = held.get(file);
    if (digest !== undefined && digest !== fresh) old.set(file, digest);
  }
  return old;
}

/** Keeps the old digests in the lock folder, so that a second attempt does not take new files for old ones. */
function noteOld(old: ReadonlyMap<string, string>): string {
  const lines = [...[...old].map(([file, digest]) => `${digest} ${file}`), 'end'].join('\\n');
  return `printf ${shellQuote(`${lines}\\n`)} > ${lockName}/old`;
}

/**
 * The device itself says that what arrived is what was sent, and that certificate and CA verify with its own openssl. With the same line
 * it keeps the old digests.
 */
async function checkThere(
  shell: RootShell,
  folder: string,
  held: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
  note: string,
): Promise<void> {
  const place = (file: string): string => (held.get(file) === wanted.get(file) ? file : temporaryName(file));
  const { answers } = await shell.look({
    folder,
    commands: {
      note,
      there: digestCommand([...wanted.keys()].map(place)),
      verify: `openssl verify -CAfile ${place(setFiles.ca)} ${place(setFiles.certificate)} 2>&1`,
    },
  });
  const there = readDigests(answers.there.output);
  for (const [file, digest] of wanted) {
    if (there.get(place(file)) !== digest) throw noSpace(folder);
  }
  if (answers.note.status !== 0) throw noSpace(folder);
  const { verify } = answers;
  // A box without openssl: what arrived is byte for byte what was verified before it was sent.
  if (verify.status === 127) return;
  if (verify.status !== 0 || !/: OK\s*$/m.test(verify.output)) {
    throw new RunbookError(
      'PKI_MISMATCH',
      `openssl on the device does not verify the new certificate: ${verify.output.trim().slice(-300)}`,
      {
        state: 'The old set is in place and untouched.',
      },
    );
  }
}

function exchangeFailed(status: number, output: string, folder: string): RunbookError {
  const context = { screen: output.slice(-500) };
  switch (status) {
    case 21:
      return new RunbookError(
        'DELIVERY_BACKUP',
        `In ${folder} a backup of the old set could not be proven to be its copy.`,
        {
          ...context,
          state: 'The old set is in place and untouched.',
        },
      );
    case 22:
      return new RunbookError('DELIVERY_MIXED', `A new file in ${folder} is not what was sent.`, context);
    case 25:
      return new RunbookError(
        'SESSION_COMMAND_FAILED',
        `What the delivery has left beside the files in ${folder} could not be removed.`,
        { ...context, state: 'The new set is in place.' },
      );
    default:
      return new RunbookError(
        'DELIVERY_MIXED',
        `The exchange in ${folder} stopped (status ${String(status)}).`,
        {
          ...context,
          state:
            'The device may hold a mixture of old and new files. Do not restart sftunnel on it before it is repaired.',
        },
      );
  }
}

function noSpace(folder: string): RunbookError {
  return new RunbookError('SESSION_NO_SPACE', `There is no room for the new files in ${folder}.`, {
    state: 'The old set is in place and untouched.',
  });
}

/** Throws PKI_MISMATCH unless the set belongs together, is signed by the CA that the FMC presents now, and has a key that fits. */
export function proveSet(set: NewSet, now: number): void {
  const { problems } = checkSet({
    cacert: set.ca.toString('utf8'),
    cert: set.certificate.toString('utf8'),
    key: set.key.toString('utf8'),
    now: new Date(now),
  });
  if (problems.length === 0) return;
  throw new RunbookError(
    'PKI_MISMATCH',
    `The set on the FMC does not fit: ${problems.map((problem) => problem.text).join('; ')}.`,
    {
      state: 'Nothing was written to the device; its old set is in place.',
    },
  );
}
