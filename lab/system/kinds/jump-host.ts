import type { JumpHostSettings } from '../../options.ts';
import type { RootFolder } from '../root-folder.ts';
import type { LinuxHost } from './linux.ts';

/** A plain SSH server on the way: no shell, only ways on to other addresses. sshd says of each when it begins and ends. */
export const jumpHost = ({ name, user, password }: JumpHostSettings): LinuxHost => ({
  ...{ name, user, password, kind: 'jump-host', loginShell: '/usr/sbin/nologin', sftp: false, daemons: [] },
  furnish: (root) => {
    setSshd(root, 'LogLevel', 'DEBUG1');
    setForwarding(root, 'allowed');
  },
});

/** Holds for connections that are made from now on, once sshd was started again. */
export function setForwarding(root: RootFolder, forwarding: 'allowed' | 'prohibited'): void {
  setSshd(root, 'AllowTcpForwarding', forwarding === 'allowed' ? 'yes' : 'no');
}

/** The first line of a keyword holds. */
function setSshd(root: RootFolder, keyword: string, value: string): void {
  const config = 'etc/ssh/sshd_config';
  const others = (root.text(config) ?? '').split('\n').filter((line) => !line.startsWith(`${keyword} `));
  root.put(config, [`${keyword} ${value}`, ...others].join('\n'), 0o600);
}
