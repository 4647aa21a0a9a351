import { accessSync, constants, existsSync } from 'node:fs';
import os from 'node:os';

/** Programs that the lab itself calls, and those that live in its boxes; Debian's packages by the program. */
const programs: Readonly<Record<string, string>> = {
  unshare: 'util-linux',
  nsenter: 'util-linux',
  setpriv: 'util-linux',
  ip: 'iproute2',
  sshd: 'openssh-server',
  'ssh-keygen': 'openssh-client',
  sudo: 'sudo',
  bash: 'bash',
  perl: 'perl',
  openssl: 'openssl',
};
const folders = ['/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Where Debian keeps the library that gives a process another time; without it boxes have the host's. */
export const faketime = [
  `/usr/lib/${os.arch() === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/faketime/libfaketime.so.1`,
  '/usr/lib/faketime/libfaketime.so.1',
].find((file) => existsSync(file));

/** Why no system lab can be made on this machine, or none with nginx in it; undefined where one can. */
export function whyNoSystemLab(needs: { readonly nginx?: boolean } = {}): string | undefined {
  if (process.platform !== 'linux') return 'the system lab needs Linux';
  if (process.getuid?.() !== 0) return 'the system lab needs root (namespaces, sshd, sudo)';
  const needed = needs.nginx === true ? { ...programs, nginx: 'nginx-light' } : programs;
  const missing = Object.entries(needed).filter(([program]) => !isThere(program));
  if (missing.length > 0) {
    const packages = [...new Set(missing.map(([, name]) => name))].join(' ');
    return `the system lab lacks ${missing.map(([program]) => program).join(', ')} (Debian: apt-get install ${packages})`;
  }
  if (faketime === undefined) return 'the system lab lacks libfaketime (Debian: apt-get install libfaketime)';
  return undefined;
}

function isThere(program: string): boolean {
  return folders.some((folder) => {
    try {
      accessSync(`${folder}/${program}`, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
