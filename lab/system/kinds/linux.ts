import type { BoxPlan, Daemon } from '../box.ts';
import { furnishLinux, hashOf, type RootFolder } from '../root-folder.ts';

/** A plain Linux host: OpenSSH, a login shell, sudo, and the daemons that are asked for. */
export interface LinuxHost {
  readonly name: string;
  /** Default: `linux`, which stands in the inventory of hosts. */
  readonly kind?: string;
  readonly user: string;
  readonly password: string;
  /** Default: bash. */
  readonly loginShell?: string;
  /** Default: yes. */
  readonly sftp?: boolean;
  /** Lines for /etc/sudoers besides. */
  readonly sudoDefaults?: string;
  readonly daemons: readonly Daemon[];
  /** Puts what those need into the root folder. */
  furnish(root: RootFolder): void | Promise<void>;
}

const usrLocal = 'usr-local';

export async function linuxHost(root: RootFolder, host: LinuxHost): Promise<BoxPlan> {
  const { name, user, password, daemons, loginShell = '/bin/bash', sftp = true, sudoDefaults = '' } = host;
  furnishLinux(root, {
    ...{ hostname: name, user, loginShell, sftp, sudoDefaults },
    passwordHash: await hashOf(password),
    home: `/home/${user}`,
    authentication: ['password', 'keyboard-interactive'],
  });
  for (const folder of ['bin', 'sbin']) root.folder(`${usrLocal}/${folder}`);
  root.put('etc/machine-id', `${crypto.randomUUID().replaceAll('-', '')}\n`);
  root.copy('/etc/os-release', 'etc/os-release');
  await host.furnish(root);
  return {
    name,
    kind: host.kind ?? 'linux',
    hostname: name,
    user,
    password,
    usrLocal,
    sudoDefaults,
    daemons,
    hidden: [],
  };
}
