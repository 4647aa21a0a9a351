import { asRunbookError, RunbookError } from '../../errors/index.ts';
import { daysLeft } from '../../pki/index.ts';
import { beating, lookAtBox, objectParam, proveManagerInReach, textParam, type Action } from '../action.ts';
import { matchFailure, type FaultMatch, type Refusal, type RootShell } from '../../devices/index.ts';
import {
  faultFinding,
  faultsIn,
  faultsOfTarget,
  knownFault,
  logCommand,
  metFault,
} from '../box/known-faults.ts';
import { judgeHeld, lookAtSet } from '../box/certificate-set.ts';
import { clockCommand, freeKb, listCommand, readClock, readList, spaceCommand } from '../box/posix.ts';
import type { SetState } from '../../pki/index.ts';
import type { ActionInput, ActionResult, Finding } from '../../workflows/contract.ts';
import type { CaFact, LookFact, PeerFact } from './facts.ts';
import { canCopyFromManager } from './copy-from-manager.ts';
import { profilePath } from '../box/profile-path.ts';
import { peerCommand, peerOnDevice, readPeer, statusTimeoutMs } from './peer-on-device.ts';
import { othersAmong } from './other-managers.ts';
import { unitAsks, unitOf, unknownUnit } from './unit-state.ts';

/** A device needs room for three files, their twins and backups; less than this is a warning sign anyhow. */
const neededKb = 1024;
/** A new certificate is valid from the moment it is made; a device that is this far behind would refuse it (err 9). */
const tolerableSkewSeconds = 300;

type Seen = Pick<
  LookFact,
  | 'daysLeft'
  | 'notAfter'
  | 'fingerprint'
  | 'caFingerprint'
  | 'skewSeconds'
  | 'fileWay'
  | 'otherManagers'
  | 'unit'
> & {
  readonly up: boolean;
  readonly freeKb: number | undefined;
  /** Why no key could be sent to it. */
  readonly filesRefused: RunbookError | undefined;
  readonly problems: readonly string[];
  readonly met: readonly FaultMatch[];
  readonly held: { readonly state: SetState; readonly text: string };
};

/**
 * Looks at a device: route, host key, login, root, room, clock, the set it holds, its tunnels. What cannot be had becomes a
 * finding, hard where the device will need SSH, since its tunnel is down; the case (A, A', B, C) is read from both sides.
 */
export const inspectDevice: Action = async (input, deps) =>
  await beating(async () => {
    const ca = objectParam<CaFact>(input, 'ca');
    const managerUuid = textParam(input, 'managerUuid');
    const byManager = objectParam<PeerFact>(input, 'seenByManager');
    const name = input.target?.name ?? '';
    const uuid = input.target?.uuid ?? '';
    const isManager = input.target?.family === input.manager?.family;
    const inRun = ((input.params['managers'] ?? []) as unknown as readonly { uuid?: string }[]).map(
      (manager) => manager.uuid?.toLowerCase(),
    );
    const findings: Finding[] = [];
    const met: FaultMatch[] = [];
    /** The rung that is left where the engine cannot log in: the FMC's own script where the FMC has a way to the box, else a person. */
    const withoutSsh = async (why: RunbookError | undefined): Promise<LookFact['fallback']> =>
      managerInReach && why?.code === 'DEVICE_UNREACHABLE' && (await canCopyFromManager(deps, input))
        ? 'fmc'
        : 'by-hand';
    let seen: Seen | undefined;
    let refusal: RunbookError | undefined;
    let managerInReach = true;
    try {
      await proveManagerInReach(deps, input).catch((thrown: unknown) => {
        managerInReach = false;
        throw notFromHere(thrown, input);
      });
      seen = await lookAtBox(
        deps,
        input,
        input.target,
        async (shell): Promise<Seen> => {
          const folder = `${profilePath(shell, 'peersRoot')}/${managerUuid}`;
          const { held, answers } = await lookAtSet(
            shell,
            folder,
            {
              peer: peerCommand(shell, managerUuid),
              clock: clockCommand,
              peers: listCommand(profilePath(shell, 'peersRoot')),
              space: spaceCommand(folder),
              log: logCommand(shell),
            },
            { timeoutMs: statusTimeoutMs(shell) },
          );
          const clock = readClock(answers.clock.output);
          const others = [];
          // An FMC has folders too, of its devices: those are none of its managers.
          for (const other of isManager ? [] : othersAmong(readList(answers.peers), managerUuid))
            others.push({ uuid: other, up: (await peerOnDevice(shell, other)).up });
          return {
            up: readPeer(answers.peer.output).up,
            daysLeft:
              held.certificate === undefined ? null : daysLeft(held.certificate.notAfter, new Date(clock)),
            notAfter: held.certificate?.notAfter ?? null,
            fingerprint: held.certificate?.fingerprint256 ?? null,
            caFingerprint: held.ca?.fingerprint256 ?? null,
            skewSeconds: Math.round((clock - deps.now()) / 1000),
            ...(await howFilesTravel(shell)),
            otherManagers: others,
            freeKb: await freeKb(shell, folder, answers.space),
            problems: held.problems,
            met: faultsIn(shell, answers.log.output, clock),
            held: judgeHeld(held, { presentCa: ca.fingerprint, now: new Date(clock) }),
            unit: unitOf(shell),
          };
        },
        isManager ? [] : unitAsks,
      );
    } catch (thrown) {
      refusal = asRunbookError(thrown);
      if (refusal.code === 'ENGINE_INTERNAL') throw thrown;
    }

    const fallback = seen === undefined ? await withoutSsh(refusal) : 'ssh';
    const up = byManager.up && (seen?.up ?? true);
    const deviceCase: LookFact['case'] = ca.expired ? (up ? 'B' : 'C') : up ? 'A' : "A'";
    const severity = up ? 'warn' : 'accept';
    const found = (
      code: string,
      text: string,
      as: Finding['severity'] = severity,
      match?: FaultMatch,
      cause?: string,
    ): void => {
      const fault = match === undefined ? {} : { fault: metFault(match) };
      const shared = cause === undefined ? {} : { cause };
      findings.push({ code, severity: as, text, box: name, uuid, ...fault, ...shared });
    };
    if (refusal !== undefined) {
      const match = matchFailure(
        { code: refusal.code, message: refusal.message, screen: refusal.context.screen },
        await faultsOfTarget(input, deps),
      );
      if (match !== undefined) met.push(match);
      const need = up
        ? 'Its tunnel is up, so the FMC can push to it; the push cannot be checked on the device.'
        : 'Its tunnel is down, so it will need SSH.';
      found(
        refusal.code,
        `${refusal.message}${lastShown(refusal)} ${need} ${otherRung[fallback]}${refusal.remedy}`,
        refusal.code === 'DEVICE_WRONG_BOX' ? 'block' : severity,
        match,
        refusal.context.cause,
      );
    }
    if (seen !== undefined) {
      met.push(...seen.met);
      findings.push(...seen.met.map((match) => faultFinding(match, { name, uuid })));
      // Said once: where there is no room, no file can be sent for that reason.
      const isFull = seen.freeKb !== undefined && seen.freeKb < neededKb;
      if (seen.filesRefused !== undefined && !(isFull && seen.filesRefused.code === 'SESSION_NO_SPACE'))
        found(
          seen.filesRefused.code,
          `A key cannot be sent to it: ${seen.filesRefused.message} ${seen.filesRefused.remedy}`,
        );
      if (seen.freeKb === undefined)
        found('SESSION_OUTPUT_UNREADABLE', 'How much room it has could not be read.', 'warn');
      else if (isFull)
        found(
          'SESSION_NO_SPACE',
          `Only ${String(seen.freeKb)} KB free where the files go. Make room.`,
          'accept',
        );
      if (seen.skewSeconds !== null && Math.abs(seen.skewSeconds) > tolerableSkewSeconds) {
        found(
          'DELIVERY_CLOCK',
          `Its clock is ${String(seen.skewSeconds)} s off; a new certificate may be refused (err 9). Correct its time.`,
          'accept',
        );
      }
      if (seen.held.state === 'weak') found('PKI_WEAK_DIGEST', seen.held.text, 'warn');
      if (seen.problems.length > 0)
        found(
          'PKI_MISMATCH',
          `What it holds for this FMC does not fit together: ${seen.problems.join('; ')}.`,
          'warn',
        );
      if (seen.unit.kind !== 'none' && !isManager && (seen.unit.kind === 'unknown' || !seen.unit.healthy))
        found(
          'TUNNEL_OTHER_UNITS',
          seen.unit.kind === 'unknown'
            ? 'Whether it is a unit of a failover pair or a cluster could not be read; it is dealt with as a box of its own.'
            : `It is a ${seen.unit.text}: not whole. Its sftunnel is not restarted before all units are well.`,
          'warn',
        );
      for (const other of seen.otherManagers) {
        if (other.up && !inRun.includes(other.uuid.toLowerCase()))
          found(
            'TUNNEL_OTHER_MANAGER',
            `It has a living tunnel to another manager (${other.uuid}), which a restart of sftunnel would cut.`,
            up ? 'warn' : 'accept',
          );
      }
      if (byManager.up !== seen.up) {
        found(
          'TUNNEL_DOWN',
          `FMC and device differ about the tunnel: ${byManager.up ? 'up' : 'down'} on the FMC, ${seen.up ? 'up' : 'down'} on the device. Taken as down.`,
          'warn',
        );
      }
    }
    const fact: LookFact = {
      case: deviceCase,
      up,
      tunnel: up ? 'up' : 'down',
      rung: up ? 'tunnel' : fallback,
      fallback,
      holds: seen?.held.state ?? null,
      sshOk: seen !== undefined,
      daysLeft: seen?.daysLeft ?? null,
      notAfter: seen?.notAfter ?? null,
      fingerprint: seen?.fingerprint ?? null,
      caFingerprint: seen?.caFingerprint ?? null,
      skewSeconds: seen?.skewSeconds ?? null,
      fileWay: seen?.fileWay ?? null,
      otherManagers: seen?.otherManagers ?? [],
      unit: seen?.unit ?? unknownUnit,
    };
    return {
      facts: {
        ...fact,
        otherManagers: fact.otherManagers.map((other) => ({ ...other })),
        unit: { ...fact.unit },
      },
      findings,
      ...refusedForAll(refusal),
      faults: met.map(({ fault }) => knownFault(fault)),
      note: `case ${deviceCase}, tunnel ${fact.tunnel}, rung ${fact.rung}, ${refusal === undefined ? 'reachable' : refusal.code}`,
    };
  });

/** Proves before the night that a key would arrive, with random bytes. What ends the session is no answer. */
async function howFilesTravel(shell: RootShell): Promise<Pick<Seen, 'fileWay' | 'filesRefused'>> {
  let fileWay: Seen['fileWay'] = null;
  try {
    fileWay = await shell.fileWay();
    await shell.proveFiles();
    return { fileWay, filesRefused: undefined };
  } catch (thrown) {
    const error = asRunbookError(thrown);
    if (!refusesFiles.has(error.code)) throw thrown;
    return { fileWay, filesRefused: error };
  }
}

const refusesFiles: ReadonlySet<string> = new Set([
  'SESSION_ECHO_VISIBLE',
  'SESSION_NO_SPACE',
  'SESSION_COMMAND_FAILED',
  'SESSION_OUTPUT_UNREADABLE',
]);

/** The device may be well within reach; what is issued to it is not, from there. */
function notFromHere(thrown: unknown, { target, manager }: ActionInput): unknown {
  const error = asRunbookError(thrown);
  if (error.code === 'ENGINE_INTERNAL') return thrown;
  const worker =
    target?.site === undefined ? 'The worker without a site' : `The worker of the site ${target.site}`;
  return new RunbookError(
    'DEVICE_UNREACHABLE',
    `${worker}, which serves ${target?.name ?? 'the device'}, cannot log in to ${manager?.name ?? 'the FMC'} (${error.code}: ${error.message}).`,
    {
      device: target?.name ?? '',
      remedy:
        'Open SSH from there to the FMC and make a new plan; or bring the files of this device by hand.',
    },
    { cause: error },
  );
}

/** A refusal that holds for every box with the same credential is told to the run, for its other workers. */
function refusedForAll(error: RunbookError | undefined): Pick<ActionResult, 'refusal'> {
  const refusal = error?.context['refusal'] as Refusal | undefined;
  return refusal !== undefined && error?.context.cause === `credential:${refusal.credential}`
    ? { refusal }
    : {};
}

/** What the plan says of the rung that stands in for a login that the engine cannot make. */
const otherRung: Readonly<Record<LookFact['fallback'], string>> = {
  ssh: '',
  fmc: "The FMC reaches its SSH port: where it must be, the script on the FMC copies the files, with the device's password in a CSV there that root alone can read and that is removed at once. No login from there was tried. ",
  'by-hand': 'Where it must be, its files are brought by hand; the run shows the exact commands. ',
};

/** A finding has no screen of its own: the line that the box stopped at says most. */
function lastShown({ context }: RunbookError): string {
  const line = (context.screen ?? '').trimEnd().split('\n').at(-1)?.trim() ?? '';
  return line === '' ? '' : ` It shows: "${line.slice(-200)}".`;
}
