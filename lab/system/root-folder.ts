import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { call } from './call.ts';

/** The numbers of `admin` on every box. */
export const admin = { uid: 100, gid: 100 };

/** The folder on the host that is the root of a box; its files stay over a reboot of the box. */
export class RootFolder {
  readonly path: string;
  #seenAt: string;

  constructor(folder: string) {
    this.path = folder;
    this.#seenAt = folder;
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    chmodSync(folder, 0o755);
  }

  /** Where a path of the box lies on the host. Links of the box are relative, so that they hold here too. */
  at(inside: string): string {
    const whole = path.join(this.#seenAt, inside);
    if (!whole.startsWith(this.#seenAt)) throw new Error(`${inside} leads out of the box`);
    return whole;
  }

  /** As a process sees it, which may have mounted more; undefined: as it lies on the host. */
  seenBy(pid: string | undefined): void {
    this.#seenAt = pid === undefined ? this.path : `/proc/${pid}/root`;
  }

  folder(inside: string, mode = 0o755): void {
    mkdirSync(this.at(inside), { recursive: true });
    chmodSync(this.at(inside), mode);
  }

  put(inside: string, text: string | Buffer, mode = 0o644): void {
    mkdirSync(path.dirname(this.at(inside)), { recursive: true });
    writeFileSync(this.at(inside), text);
    chmodSync(this.at(inside), mode);
  }

  link(inside: string, target: string): void {
    mkdirSync(path.dirname(this.at(inside)), { recursive: true });
    symlinkSync(target, this.at(inside));
  }

  owned(inside: string, { uid, gid }: { uid: number; gid: number }): void {
    chownSync(this.at(inside), uid, gid);
  }

  copy(from: string, inside: string, mode = 0o644): void {
    mkdirSync(path.dirname(this.at(inside)), { recursive: true });
    copyFileSync(from, this.at(inside));
    chmodSync(this.at(inside), mode);
  }

  text(inside: string): string | undefined {
    return existsSync(this.at(inside)) ? readFileSync(this.at(inside), 'utf8') : undefined;
  }

  has(inside: string): boolean {
    return lstatSync(this.at(inside), { throwIfNoEntry: false }) !== undefined;
  }
}

export interface LinuxOptions {
  readonly hostname: string;
  readonly user: string;
  /** See {@link hashOf}. */
  readonly passwordHash: string;
  readonly loginShell: string;
  readonly home: string;
  readonly authentication: readonly ('password' | 'keyboard-interactive')[];
  readonly sftp: boolean;
  /** What stands in /etc/sudoers besides. */
  readonly sudoDefaults?: string;
}

/** What every box has: users, PAM, sudo, OpenSSH, the skeleton of folders. The host's /usr is seen in it, read-only. */
export function furnishLinux(root: RootFolder, options: LinuxOptions): void {
  const { hostname, user, passwordHash, loginShell, home } = options;
  for (const folder of [
    'usr',
    'proc',
    'dev',
    'run',
    'run/sshd',
    'etc',
    'home',
    'var/log',
    'var/lib/sudo/lectured',
    'var/empty',
  ])
    root.folder(folder);
  for (const folder of ['tmp', 'var/tmp']) root.folder(folder, 0o1777);
  root.folder('root', 0o700);
  root.folder('.lab');
  for (const name of ['bin', 'sbin', 'lib', 'lib64'])
    if (existsSync(`/usr/${name}`)) root.link(name, `usr/${name}`);
  for (const file of ['ld.so.cache', 'ld.so.conf', 'login.defs', 'services', 'protocols'])
    if (existsSync(`/etc/${file}`)) root.copy(`/etc/${file}`, `etc/${file}`);
  for (const folder of ['alternatives', 'ssl', 'perl'])
    if (existsSync(`/etc/${folder}`))
      cpSync(`/etc/${folder}`, root.at(`etc/${folder}`), {
        recursive: true,
        verbatimSymlinks: true,
        filter: (from) => !from.startsWith('/etc/ssl/private/'),
      });
  root.put('etc/nsswitch.conf', 'passwd: files\ngroup: files\nshadow: files\nhosts: files\n');
  root.put('etc/hostname', `${hostname}\n`);
  root.put('etc/hosts', `127.0.0.1 localhost ${hostname}\n`);
  root.put(
    'etc/passwd',
    `root:x:0:0:Operator:/root:/bin/bash\nsshd:x:74:65534::/run/sshd:/usr/sbin/nologin\nnobody:x:65534:65534::/:/usr/sbin/nologin\n${user}:x:${admin.uid}:${admin.gid}::${home}:${loginShell}\n`,
  );
  root.put('etc/group', `root:x:0:\ntty:x:5:\nutmp:x:43:\nnogroup:x:65534:\n${user}:x:${admin.gid}:\n`);
  putShadow(root, user, { hash: passwordHash });
  root.folder(home);
  root.owned(home, admin);
  // `mesg`, `dircolors` and the like stay away: the prompt is what Cisco's profile makes.
  root.put(
    'etc/profile',
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nPS1='\\u@\\h:\\w\\$ '\nexport PATH\n. /etc/bash.bashrc\n",
  );
  root.put('etc/bash.bashrc', '[ -z "$PS1" ] || PS1=\'\\u@\\h:\\w\\$ \'\n');
  putSudoers(root, user, options.sudoDefaults);
  for (const service of ['sshd', 'sudo', 'su', 'su-l', 'other'])
    root.put(
      `etc/pam.d/${service}`,
      `${service.startsWith('su') && service !== 'sudo' ? 'auth sufficient pam_rootok.so\n' : ''}auth required pam_unix.so nodelay\naccount required pam_unix.so\npassword required pam_unix.so sha512\nsession required pam_unix.so\n`,
    );
  root.put(
    'etc/ssh/sshd_config',
    [
      'Port 22',
      'HostKey /etc/ssh/ssh_host_ed25519_key',
      'PidFile none',
      'UsePAM yes',
      `PasswordAuthentication ${options.authentication.includes('password') ? 'yes' : 'no'}`,
      `KbdInteractiveAuthentication ${options.authentication.includes('keyboard-interactive') ? 'yes' : 'no'}`,
      'PermitRootLogin no',
      'PrintMotd no',
      'PrintLastLog yes',
      'UseDNS no',
      'MaxStartups 100',
      'LogLevel VERBOSE',
      ...(options.sftp ? ['Subsystem sftp internal-sftp'] : []),
      '',
    ].join('\n'),
    0o600,
  );
  root.put('var/log/lastlog', '');
  root.put('var/log/wtmp', '');
}

export interface Account {
  readonly hash: string;
  /** PAM asks for a new password at the next login. */
  readonly mustChange?: boolean;
}

/** As /etc/shadow holds it; the same password has the same one. */
export async function hashOf(password: string): Promise<string> {
  const salt = createHash('sha256').update(password).digest('hex').slice(0, 12);
  return (await call('openssl', ['passwd', '-6', '-salt', salt, '-stdin'], `${password}\n`)).trim();
}

export function putShadow(root: RootFolder, user: string, { hash, mustChange = false }: Account): void {
  const changed = mustChange ? 0 : 19_700;
  root.put(
    'etc/shadow',
    `root:*:19700:0:99999:7:::\nsshd:*:19700:0:99999:7:::\n${user}:${hash}:${changed}:0:99999:7:::\n`,
    0o600,
  );
}

export function putSudoers(root: RootFolder, user: string, defaults = '', mayBecomeRoot = true): void {
  root.put(
    'etc/sudoers',
    `Defaults env_reset, !mail_badpass, !admin_flag, secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"\n${defaults}root ALL=(ALL:ALL) ALL\n${mayBecomeRoot ? `${user} ALL=(ALL:ALL) ALL\n` : ''}`,
    0o440,
  );
}
