import { RunbookError } from '../../errors/index.ts';
import {
  fillCommand,
  parsePmtoolStatus,
  shellQuote,
  type CommandResult,
  type RootShell,
} from '../../devices/index.ts';
import { beating, objectParam, onBox, pause, textParam, type Action } from '../action.ts';
import { lookAtSet, type HeldSet } from '../box/certificate-set.ts';
import { clockCommand, listCommand, readClock, readList } from '../box/posix.ts';
import type { RunRef } from '../../workflows/contract.ts';
import type { ResultFact } from './facts.ts';
import { profilePath } from '../box/profile-path.ts';
import { othersAmong, presentedByOthers, proveOthersReady } from './other-managers.ts';

/** Fact `device.restart`. */
export interface RestartFact {
  /** ISO, by the device's clock, just before the restart. */
  readonly at: string;
  readonly pidBefore: number;
  readonly pidAfter: number;
}

/**
 * Restarts sftunnel on the device, which cuts its tunnels to all its managers. Refuses unless the new set lies there and fits,
 * and unless every other manager whose tunnel lives would take it back. A marker on the box tells a later look whether it was
 * done. Never on an FMC, whoever asks.
 */
export const restartTunnel: Action = async (input, deps) =>
  await beating(async (progress) => {
    const managerUuid = textParam(input, 'managerUuid');
    const result = objectParam<ResultFact>(input, 'result');
    const name = input.target?.name ?? '';
    if (input.target?.family === input.manager?.family)
      throw new RunbookError('TUNNEL_OTHER_MANAGER', `${name} is an FMC: its sftunnel is never restarted.`, {
        device: name,
        state: 'sftunnel was not restarted.',
      });
    const presented = await presentedByOthers(deps, input);
    const facts = await onBox(deps, input, input.target, async (shell): Promise<RestartFact> => {
      const { held, answers } = await lookAtSet(shell, `${profilePath(shell, 'peersRoot')}/${managerUuid}`, {
        peers: listCommand(profilePath(shell, 'peersRoot')),
        ...stateCommands(shell, input.run),
      });
      proveReady(held, result, name);
      const others = othersAmong(readList(answers.peers), managerUuid);
      await proveOthersReady(shell, managerUuid, presented, name, others);
      // To ask the others takes its time; the state before the restart is that just before it.
      const before = readState(
        others.length === 0
          ? answers
          : (await shell.look({ commands: stateCommands(shell, input.run) })).answers,
      );
      // One that came to its end is not carried on: whoever comes here after it wants another.
      const begun = before.marker?.pidAfter === undefined ? before.marker : undefined;
      const { pid: pidBefore, at } = begun ?? { pid: before.pid, at: before.clock };
      if (before.pid === pidBefore) {
        progress('pmtool restartbyid sftunnel');
        // The marker first: a restart that nobody remembers would be done again.
        const restart = fillCommand(shell.profile, 'restartTunnel');
        await shell.run(`${writeMarker(shell, input.run, { pid: pidBefore, at })} && ( ${restart} )`, {
          timeoutMs: 120_000,
        });
      }
      const pidAfter = await newPid(shell, pidBefore);
      // It stays until the tunnel has been seen: a worker that is lost before that has perhaps told nobody of the restart.
      await shell.run(writeMarker(shell, input.run, { pid: pidBefore, at, pidAfter }), { anyStatus: true });
      return { at: new Date(at).toISOString(), pidBefore, pidAfter };
    });
    return {
      facts: { ...facts },
      note: `sftunnel on ${name} restarted: pid ${String(facts.pidBefore)} → ${String(facts.pidAfter)}`,
    };
  });

/** Removes the marker of a restart, once what it was for has been seen. */
export async function forgetRestart(shell: RootShell, run: RunRef): Promise<void> {
  const folder = shellQuote(profilePath(shell, 'privateRoot'));
  await shell.run(`rm -f ${shellQuote(markerPath(shell, run))}; rmdir ${folder} 2>/dev/null`, {
    anyStatus: true,
  });
}

/** Was sftunnel restarted by this run? The marker holds the pid before. */
export const probeRestart: Action = async (input, deps) =>
  await beating(async () => {
    const facts = await onBox(deps, input, input.target, async (shell) => {
      const { answers } = await shell.look({ commands: stateCommands(shell, input.run) });
      const marker = readMarker(answers.marker);
      if (marker === undefined)
        return { outcome: 'not-done', text: 'This run left no marker of a restart on the device.' } as const;
      const pid = marker.pidAfter ?? readState(answers).pid;
      if (pid === marker.pid)
        return { outcome: 'not-done', text: 'sftunnel still has the process id it had before.' } as const;
      const fact: RestartFact = {
        at: new Date(marker.at).toISOString(),
        pidBefore: marker.pid,
        pidAfter: pid,
      };
      // Taken for done from here on: whoever restarts it after this wants another one.
      if (marker.pidAfter === undefined)
        await shell.run(writeMarker(shell, input.run, { ...marker, pidAfter: pid }), { anyStatus: true });
      return {
        outcome: 'done',
        text: 'sftunnel has another process id than before.',
        facts: { ...fact },
      } as const;
    });
    return { facts, note: facts.text };
  });

function proveReady(held: HeldSet, result: ResultFact, name: string): void {
  if (held.fits && held.ca?.fingerprint256 === result.ca?.fingerprint) return;
  throw new RunbookError(
    'PKI_MISMATCH',
    `${name} does not hold a whole set of the CA that the FMC presents: ${held.problems.join('; ') || 'it has another CA'}.`,
    { device: name, state: 'sftunnel was not restarted.' },
  );
}

/** What tells whether this run has restarted sftunnel already. */
function stateCommands(
  shell: RootShell,
  run: RunRef,
): Readonly<Record<'marker' | 'status' | 'clock', string>> {
  return {
    marker: `cat ${shellQuote(markerPath(shell, run))} 2>/dev/null`,
    status: fillCommand(shell.profile, 'pmtoolStatus'),
    clock: clockCommand,
  };
}

function readState({
  marker,
  status,
  clock,
}: Readonly<Record<'marker' | 'status' | 'clock', CommandResult>>): {
  readonly marker: Marker | undefined;
  readonly pid: number;
  readonly clock: number;
} {
  if (status.status !== 0)
    throw new RunbookError('SESSION_COMMAND_FAILED', 'The status of the processes could not be read.', {
      screen: status.output.slice(-500),
      state: 'sftunnel was not restarted.',
    });
  return { marker: readMarker(marker), pid: pidIn(status.output), clock: readClock(clock.output) };
}

async function sftunnelPid(shell: RootShell): Promise<number> {
  return pidIn((await shell.run(fillCommand(shell.profile, 'pmtoolStatus'))).output);
}

function pidIn(output: string): number {
  const record = parsePmtoolStatus(output).find((candidate) => candidate.id === 'sftunnel');
  return record?.pid ?? 0;
}

async function newPid(shell: RootShell, before: number): Promise<number> {
  for (let tries = 0; tries < 60; tries += 1) {
    const pid = await sftunnelPid(shell);
    if (pid !== before && pid !== 0) return pid;
    await pause(1000);
  }
  throw new RunbookError('TUNNEL_DOWN', 'sftunnel has no new process id a minute after its restart.', {
    state:
      'sftunnel was asked to restart; whether it runs is not known. Look at `pmtool status` on the device.',
  });
}

interface Marker {
  readonly pid: number;
  readonly at: number;
  /** Absent as long as it is under way. */
  readonly pidAfter?: number;
}

const markerPath = (shell: RootShell, run: RunRef): string =>
  `${profilePath(shell, 'privateRoot')}/restart-${run.runId}`;

function readMarker({ output }: CommandResult): Marker | undefined {
  const match = /^(\d+) (\d+)(?: (\d+))?$/m.exec(output);
  if (match === null) return undefined;
  const begun = { pid: Number(match[1]), at: Number(match[2]) };
  return match[3] === undefined ? begun : { ...begun, pidAfter: Number(match[3]) };
}

function writeMarker(shell: RootShell, run: RunRef, marker: Marker): string {
  const folder = shellQuote(profilePath(shell, 'privateRoot'));
  return `mkdir -p ${folder} && chmod 700 ${folder} && echo '${[marker.pid, marker.at, marker.pidAfter ?? ''].join(' ').trim()}' > ${shellQuote(markerPath(shell, run))}`;
}
