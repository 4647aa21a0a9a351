import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Something else that could do the work. */
export interface PeerKind {
  readonly name: string;
  readonly script: string;
  /** What the client needs of the Python package index, pinned. */
  readonly packages: readonly string[];
  /** Programs of the machine that it needs; they are not installed by the bench. */
  readonly programs: readonly string[];
}

export const peerKinds: readonly PeerKind[] = [
  { name: 'asyncssh', script: 'asyncssh_peer.py', packages: ['asyncssh==2.24.1'], programs: [] },
  { name: 'Netmiko, threads', script: 'netmiko_peer.py', packages: ['netmiko==4.8.0'], programs: [] },
  {
    name: 'Nornir + Netmiko',
    script: 'nornir_peer.py',
    packages: ['nornir==3.6.0', 'netmiko==4.8.0'],
    programs: [],
  },
  { name: 'OpenSSH + pexpect', script: 'openssh_peer.py', packages: ['pexpect==4.9.0'], programs: ['ssh'] },
  { name: 'Ansible, raw', script: 'ansible_peer.py', packages: ['ansible-core==2.19.14'], programs: ['ssh'] },
];

/** A Python of the bench's own, in the user's cache. Undefined, with the reason, where it cannot be had. */
export function preparePython(): { readonly python: string } | { readonly why: string } {
  const cache = process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache');
  const folder = path.join(cache, 'runbook-bench', 'python');
  const python = path.join(folder, 'bin', 'python');
  if (!existsSync(python)) {
    mkdirSync(path.dirname(folder), { recursive: true });
    const made = spawnSync('python3', ['-m', 'venv', folder], { encoding: 'utf8' });
    if (made.status !== 0) return { why: `no Python: ${last(made.stderr, made.error)}` };
  }
  return { python };
}

/** Installs what a peer needs; the reason where that does not work. */
export function prepare(python: string, kind: PeerKind): string | undefined {
  for (const program of kind.programs)
    if (spawnSync(program, ['-V']).error !== undefined) return `there is no program ${program}`;
  const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...kind.packages];
  const done = spawnSync(python, args, { encoding: 'utf8' });
  return done.status === 0 ? undefined : `it cannot be installed: ${last(done.stderr, done.error)}`;
}

function last(text: string | null, error?: Error): string {
  return error?.message ?? text?.trim().split('\n').at(-1) ?? '';
}
