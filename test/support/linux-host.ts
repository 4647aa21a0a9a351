/**
 * A Linux host as it is: OpenSSH and nginx of this machine in namespaces of their own (mounts, processes, host name), with files of their
 * own. Judged by its files and by handshakes of the test itself, never by what the product says.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';

const programs = {
  sshd: ['/usr/sbin/sshd', '/usr/bin/sshd'],
  nginx: ['/usr/sbin/nginx', '/usr/bin/nginx'],
  unshare: ['/usr/bin/unshare'],
  openssl: ['/usr/bin/openssl'],
} as const;

const found = (name: keyof typeof programs): string | undefined =>
  programs[name].find((file) => existsSync(file));

/** Why there can be no such host here; undefined when there can. */
export function whyNoLinuxHost(): string | undefined {
  if (process.platform !== 'linux') return 'namespaces are Linux only';
  if (process.getuid?.() !== 0) return 'namespaces and a login as root need root';
  const missing = (Object.keys(programs) as (keyof typeof programs)[]).filter(
    (name) => found(name) === undefined,
  );
  return missing.length === 0
    ? undefined
    : `not installed: ${missing.join(', ')} (apt-get install openssh-server nginx-light)`;
}

export const password = 'Host-s3cret';
export const pin = '4711-s3cret';

/** The box of docs/guides/new-device-family.md: a login lands in a menu, and a PIN opens the maintenance shell. No SFTP. */
const acmeMenu = `#!/bin/bash
printf 'Acme Box 5.2, unit %s\\n\\n' "$(hostname)"
read -rsn 1 -p '-- press any key --'; echo
printf ' 1) Status\\n 9) Maintenance shell\\n 0) Log out\\n'
while read -r -p 'Choice [0-9]: ' choice; do
  case $choice in
    9)
      read -rs -p 'Maintenance PIN: ' pin; echo
      [ "$pin" = '${pin}' ] && exec env PS1='acme-maint# ' bash --norc --noprofile -i
      echo 'Wrong PIN' ;;
    0) echo 'Good bye.'; exit ;;
    *) echo 'No such choice' ;;
  esac
done
`;

export interface LinuxHost {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly tlsPort: number;
  /** Line for known_hosts. */
  readonly hostKey: string;
  /** A file of the host, as the test sees it. */
  file(onHost: string): string;
  /** From now on the program does not begin when it is called, until it is released or held anew; `held` comes when it was called. */
  hold(program: 'sync' | 'nginx'): Promise<{ held(): Promise<void>; release(): Promise<void> }>;
  /** Fingerprint that a handshake of the test is given. */
  presented(): Promise<string>;
  stop(): Promise<void>;
}

/** A certificate and its key in PEM, made by openssl. */
export interface TestCertificate {
  readonly certificate: string;
  readonly key: string;
  readonly fingerprint: string;
}

/** Makes `<folder>/<file>.crt` and `.key`, self-signed, for a name. */
export async function makeCertificate(folder: string, file: string, name: string): Promise<TestCertificate> {
  await mkdir(folder, { recursive: true });
  const [certificate, key] = [path.join(folder, `${file}.crt`), path.join(folder, `${file}.key`)];
  execFileSync(
    found('openssl') ?? 'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '90',
      '-subj',
      `/CN=${name}`,
    ].concat(['-addext', `subjectAltName=DNS:${name}`, '-out', certificate, '-keyout', key]),
    { stdio: 'ignore' },
  );
  await chmod(key, 0o600);
  return { certificate, key, fingerprint: new X509Certificate(await readFile(certificate)).fingerprint256 };
}

/** Starts one; `number` (1 to 250) is the last part of its address. */
export async function startLinuxHost(
  folder: string,
  number: number,
  kind: 'linux' | 'acme-box' = 'linux',
): Promise<LinuxHost> {
  const name = `web-${number}`;
  const isAcme = kind === 'acme-box';
  const root = path.join(folder, name);
  const address = `127.0.77.${number}`;
  const [port, tlsPort] = [2222, 8443];
  for (const part of ['etc', 'local-bin', 'nginx/tls', 'var-lib/nginx', 'var-log/nginx', 'run/sshd', 'home'])
    await mkdir(path.join(root, part), { recursive: true });
  const file = (onHost: string): string =>
    path.join(
      root,
      onHost
        .replace(/^\/etc\/nginx/, 'nginx')
        .replace(/^\/var\/lib/, 'var-lib')
        .replace(/^\/run/, 'run')
        .replace(/^\/root/, 'home'),
    );
  const own = async (name: string, content: string): Promise<void> => {
    await writeFile(path.join(root, 'etc', name), content);
  };
  await makeCertificate(path.join(root, 'nginx/tls'), 'server', name);
  await own(
    'passwd',
    `root:x:0:0:root:/root:${isAcme ? '/usr/local/bin/acme-menu' : '/bin/bash'}\nnobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\nsshd:x:100:65534::/run/sshd:/usr/sbin/nologin\n`,
  );
  const hash = execFileSync('openssl', ['passwd', '-6', '-salt', randomBytes(6).toString('hex'), password])
    .toString()
    .trim();
  await own('shadow', `root:${hash}:20000:0:99999:7:::\nnobody:*:20000::::::\nsshd:*:20000::::::\n`);
  await own('group', 'root:x:0:\nnogroup:x:65534:\n');
  await own('machine-id', `${createHash('md5').update(root).digest('hex')}\n`);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', path.join(root, 'etc/host_key')]);
  await own(
    'sshd_config',
    [
      `ListenAddress ${address}:${port}`,
      `HostKey ${root}/etc/host_key`,
      'PermitRootLogin yes',
      'PasswordAuthentication yes',
      'KbdInteractiveAuthentication no',
      'UsePAM no',
      'PidFile none',
      'MaxStartups 100',
      ...(isAcme ? ['PrintLastLog no', 'PrintMotd no'] : ['Subsystem sftp internal-sftp']),
      '',
    ].join('\n'),
  );
  await writeFile(
    path.join(root, 'nginx/nginx.conf'),
    `user nobody nogroup; worker_processes 1; pid /run/nginx.pid; error_log /var/log/nginx/error.log;
events { worker_connections 64; }
http {
  access_log off;
  server {
    listen ${address}:${tlsPort} ssl;
    ssl_certificate /etc/nginx/tls/server.crt;
    ssl_certificate_key /etc/nginx/tls/server.key;
    location / { return 200 "ok\\n"; }
  }
}
`,
  );
  if (isAcme) {
    await writeFile(path.join(root, 'local-bin/acme-menu'), acmeMenu, { mode: 0o755 });
    await mkdir(path.join(root, 'var-lib/acme'));
    await writeFile(
      path.join(root, 'var-lib/acme/release'),
      `serial: ACME-${number}\nmodel: Acme Box\nversion: 5.2\n`,
    );
  }
  // A test holds the host up in the middle of a command: see `hold`.
  for (const [program, real] of [
    ['sync', '/bin/sync'],
    ['nginx', found('nginx') ?? ''],
  ])
    await writeFile(
      path.join(root, 'local-bin', program ?? ''),
      `#!/bin/sh\norder=$(cat /run/hold-${program ?? ''} 2>/dev/null)\nif [ -n "$order" ]; then touch /run/held; while [ "$(cat /run/hold-${program ?? ''} 2>/dev/null)" = "$order" ]; do sleep 0.1; done; fi\nexec ${real ?? ''} "$@"\n`,
      { mode: 0o755 },
    );
  const binds = [
    ...['passwd', 'shadow', 'group', 'machine-id'].map((one) => [`etc/${one}`, `/etc/${one}`]),
    ...[
      ['nginx', '/etc/nginx'],
      ['var-lib', '/var/lib'],
      ['var-log', '/var/log'],
      ['run', '/run'],
      ['home', '/root'],
      ['local-bin', '/usr/local/bin'],
    ],
  ];
  const script = [
    'set -e',
    'mount --make-rprivate /',
    // A machine without these files still gets them.
    '[ -e /etc/machine-id ] || touch /etc/machine-id',
    ...binds.map(([from = '', to = '']) => `mount --bind '${root}/${from}' ${to}`),
    'mount -t proc proc /proc',
    `hostname ${name}`,
    `${found('nginx') ?? 'nginx'} -c /etc/nginx/nginx.conf`,
    `exec ${found('sshd') ?? 'sshd'} -D -e -f '${root}/etc/sshd_config'`,
  ].join('\n');
  const child = spawn(
    found('unshare') ?? 'unshare',
    ['--mount', '--uts', '--pid', '--fork', '--kill-child', 'sh', '-c', script],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let told = '';
  child.stderr.on('data', (text: Buffer) => (told = (told + text.toString()).slice(-4000)));
  const host: LinuxHost = {
    name,
    address,
    port,
    tlsPort,
    file,
    hostKey: `[${address}]:${port} ${(await readFile(path.join(root, 'etc/host_key.pub'), 'utf8')).trim()}`,
    hold: async (program) => {
      const [order, sign] = [file(`/run/hold-${program}`), file('/run/held')];
      await rm(sign, { force: true });
      await writeFile(order, randomBytes(4).toString('hex'));
      return {
        held: async () => {
          for (let tries = 0; !existsSync(sign); tries += 1) {
            if (tries > 600) throw new Error(`nobody calls ${program} on ${name}`);
            await sleep(100);
          }
        },
        release: () => rm(order, { force: true }),
      };
    },
    presented: () => presentedAt(address, tlsPort, name),
    stop: () => ended(child),
  };
  try {
    await Promise.all([answers(address, port), answers(address, tlsPort)]);
  } catch (thrown) {
    await host.stop();
    throw new Error(`the host ${name} did not start: ${told}`, { cause: thrown });
  }
  return host;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await over;
}

async function answers(address: string, port: number): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = net.connect(port, address, () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('close', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isOpen) return;
    if (tries >= 100) throw new Error(`${address}:${port} does not answer`);
    await sleep(50);
  }
}

async function presentedAt(address: string, port: number, servername: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    const socket = tls.connect({ host: address, port, servername, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.once('error', reject);
  });
}
