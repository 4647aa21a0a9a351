import { fillCommand, type RootShell } from '../../devices/index.ts';
import { beganAfter, readChangeTime } from '../box/change-times.ts';
import { boxClock } from '../box/posix.ts';
import { profilePath } from '../box/profile-path.ts';
import { peerOnDevice } from './peer-on-device.ts';

/** A device as its FMC's sftunnel shows it. */
export interface ManagerView {
  readonly up: boolean;
  /** Up, and begun after the FMC had its new certificates: a device with its old set cannot do that. */
  readonly fresh: boolean;
}

/**
 * The FMC's view of a device's tunnel. All times are of the FMC's clock.
 * @param since milliseconds; the tunnel must be younger than this too
 */
export async function seenByManager(shell: RootShell, deviceUuid: string, since = 0): Promise<ManagerView> {
  const peer = await peerOnDevice(shell, deviceUuid);
  if (!peer.up) return { up: false, fresh: false };
  const paths = {
    ca: profilePath(shell, 'caCertificate'),
    certificate: profilePath(shell, 'ownCertificate'),
    key: profilePath(shell, 'ownKey'),
  };
  const { output } = await shell.run(fillCommand(shell.profile, 'changeTimes', paths), { anyStatus: true });
  const renewed = Object.values(paths).map((path) => readChangeTime(output, path) ?? Infinity);
  return {
    up: true,
    fresh: beganAfter(peer.startTime, Math.max(since, ...renewed), await boxClock(shell)),
  };
}
