import { RunbookError } from '../../errors/index.ts';
import { logLines, matchFaults, type FaultMatch, type RootShell } from '../../devices/index.ts';
import { beating, objectParam, onBox, pause, textParam, type Action } from '../action.ts';
import { lookAtSet, readHeldSet } from '../box/certificate-set.ts';
import { tailOfLog, withFault } from '../box/known-faults.ts';
import { boxClock } from '../box/posix.ts';
import type { ResultFact } from './facts.ts';
import { noteReturn, notBackBefore } from './return-time.ts';
import { forgetRestart } from './restart-tunnel.ts';
import { profilePath } from '../box/profile-path.ts';
import { peerCommand, peerOnDevice, readPeer, statusTimeoutMs, type PeerView } from './peer-on-device.ts';

/** Status texts show whole seconds, and the box may round either way. */
const slackMs = 2_000;
/** By the same reason no newer heartbeat can be seen within the second of the last one. */
const leastBetweenBeatsMs = 1_000;

/**
 * Waits until the tunnel is up on a fresh handshake: both channels, a start time newer than the restart, a heartbeat after it;
 * and the same connection at a second look some minutes later, with a newer heartbeat where heartbeats are shown.
 * Throws TUNNEL_DOWN with the cause that the device's log names.
 */
export const verifyTunnel: Action = async (input, deps) =>
  await beating(async (progress) => {
    const managerUuid = textParam(input, 'managerUuid');
    const restartedAt = Date.parse(textParam(input, 'restartedAt'));
    const result = objectParam<ResultFact>(input, 'result');
    const name = input.target?.name ?? '';
    const begunAt = deps.now();
    const until = begunAt + deps.settings.verifyParkAfterMs;
    let last = 'not looked at yet';
    let first: FirstLook | undefined;
    let hasWaited = false;
    const pauseFor = async (ms: number): Promise<void> => {
      hasWaited = true;
      await pause(ms);
    };
    const early = Math.min(notBackBefore(input.run), deps.settings.verifyParkAfterMs);
    if (early > 0) await pauseFor(early);
    for (;;) {
      const look = await onBox(deps, input, input.target, async (shell) => {
        const folder = `${profilePath(shell, 'peersRoot')}/${managerUuid}`;
        // Once it has been up, the set is looked at with the same line.
        const seen =
          first === undefined
            ? undefined
            : await lookAtSet(
                shell,
                folder,
                { peer: peerCommand(shell, managerUuid) },
                { timeoutMs: statusTimeoutMs(shell) },
              );
        const peer =
          seen === undefined ? await peerOnDevice(shell, managerUuid) : readPeer(seen.answers.peer.output);
        const absent = whatIsMissing(peer, restartedAt);
        if (absent !== undefined || first?.peer.startTime !== peer.startTime) {
          first = absent === undefined ? { peer, at: deps.now() } : undefined;
          if (first !== undefined && hasWaited) noteReturn(input.run, first.at - begunAt);
        }
        const missing = absent ?? secondLook(peer, first, deps.now() - deps.settings.verifySecondLookMs);
        if (missing === undefined) {
          const held = seen?.held ?? (await readHeldSet(shell, folder));
          const isNew = held.fits && held.ca?.fingerprint256 === result.ca?.fingerprint;
          if (!isNew) return { missing: 'the set on the device is not the one of the present CA any more' };
          await forgetRestart(shell, input.run);
          return { peer, held };
        }
        return deps.now() < until ? { missing } : { missing, cause: await causeInLog(shell, restartedAt) };
      });
      if ('held' in look && look.held !== undefined) {
        return {
          facts: {
            up: true,
            startTime: new Date(look.peer.startTime ?? 0).toISOString(),
            heartbeat: look.peer.heartbeat === undefined ? null : new Date(look.peer.heartbeat).toISOString(),
            fingerprint: look.held.certificate?.fingerprint256 ?? null,
          },
          note: `Tunnel of ${name} up on a fresh handshake since ${new Date(look.peer.startTime ?? 0).toISOString()}`,
        };
      }
      last = look.missing;
      progress(last);
      // A tunnel that came up late still gets its second look.
      const enough = first === undefined ? until : first.at + 2 * deps.settings.verifySecondLookMs;
      if (deps.now() >= Math.max(until, enough)) {
        const cause = 'cause' in look ? look.cause : undefined;
        const said = cause === undefined || cause.said === '' ? '' : ` Its log says: ${cause.said}`;
        const error = new RunbookError('TUNNEL_DOWN', `The tunnel of ${name} is not up: ${last}.${said}`, {
          device: name,
          state: 'The new set lies on the device and fits; sftunnel was restarted once.',
        });
        throw cause?.match === undefined ? error : withFault(error, cause.match);
      }
      const { verifyEveryMs } = deps.settings;
      await pauseFor(first === undefined ? verifyEveryMs : Math.max(verifyEveryMs, leastBetweenBeatsMs));
    }
  });

/** What is still missing for "up on a fresh handshake", or undefined. */
export function whatIsMissing(peer: PeerView, restartedAt: number): string | undefined {
  if (!peer.channelA || !peer.channelB) {
    return `channel ${[peer.channelA ? '' : 'A', peer.channelB ? '' : 'B'].filter((text) => text !== '').join(' and ')} not connected`;
  }
  if (!peer.up) return 'the registration is not completed';
  if (peer.startTime === undefined) return 'the box shows no start time of the connection';
  if (peer.startTime < restartedAt - slackMs)
    return `the connection is from before the restart (${new Date(peer.startTime).toISOString()})`;
  if (peer.heartbeat !== undefined && peer.heartbeat < restartedAt - slackMs)
    return 'the last heartbeat is from before the restart';
  return undefined;
}

/** The first time that a connection was seen as it must be. */
export interface FirstLook {
  readonly peer: PeerView;
  /** Milliseconds, by the engine's clock. */
  readonly at: number;
}

/**
 * What a second look still lacks: time, or a newer heartbeat. Not every release shows heartbeats in the status of the root shell;
 * there the same connection must still stand.
 */
export function secondLook(
  peer: PeerView,
  first: FirstLook | undefined,
  notAfter: number,
): string | undefined {
  if (first === undefined || first.at > notAfter) return 'up; a second look comes later';
  const { heartbeat } = first.peer;
  if (heartbeat !== undefined && (peer.heartbeat === undefined || peer.heartbeat <= heartbeat))
    return 'no newer heartbeat since the first look';
  return undefined;
}

interface Cause {
  readonly match: FaultMatch | undefined;
  /** What the log says of it. */
  readonly said: string;
}

/** The known fault that the device's log has shown last since the restart; else its last lines that speak of the tunnel. */
async function causeInLog(shell: RootShell, since: number): Promise<Cause> {
  const now = await boxClock(shell);
  if (now < since) return { match: undefined, said: 'the clock of the device went backwards' };
  const log = await tailOfLog(shell);
  const [match] = matchFaults(log, shell.profile.faults, now)
    .filter(({ at }) => at === undefined || at >= since - slackMs)
    .sort((a, b) => (b.at ?? -Infinity) - (a.at ?? -Infinity));
  if (match !== undefined) return { match, said: `${match.fault.title}: ${match.line}` };
  const lines = logLines(log, now).filter(
    ({ text }) => /sftunnel/i.test(text) && /err|fail|verif|certificate/i.test(text),
  );
  return {
    match,
    said: lines
      .slice(-4)
      .map(({ text }) => text)
      .join(' | ')
      .slice(-600),
  };
}
