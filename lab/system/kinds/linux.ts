import type { BoxPlan, Daemon } from '../box.ts';
import { furnishLinux, type RootFolder } from '../root-folder.ts';

/** A plain Linux host: OpenSSH, a login shell, sudo, and the daemons that are asked for. */
export interface LinuxHost {
  readonly name: string;
  readonly user: string;
  readonly password: string;
  readonly passwordHash: string;
  readonly daemons: readonly Daemon[];
  /** Puts what those need into the root folder. */
  furnish(root: RootFolder): void;
}

export function linuxHost(root: RootFolder, host: LinuxHost): BoxPlan {
  const { name, user, password, passwordHash, daemons } = host;
  furnishLinux(root, {
    hostname: name,
    user,
    passwordHash,
    loginShell: '/bin/bash',
    home: `/home/${user}`,
    authentication: ['password', 'keyboard-interactive'],
    sftp: true,
  });
  root.folder('usr-local');
  root.put('etc/machine-id', `${crypto.randomUUID().replaceAll('-', '')}\n`);
  root.copy('/etc/os-release', 'etc/os-release');
  host.furnish(root);
  return { name, kind: 'linux', hostname: name, user, password, usrLocal: 'usr-local', daemons };
}
