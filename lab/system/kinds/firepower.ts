import { randomBytes, randomUUID } from 'node:crypto';
import type { ApplianceVariant } from '../../options.ts';
import { sudoRecords } from '../control/root-commands.ts';
import { onBoxClock, type Daemon } from '../box.ts';
import { program } from '../program.ts';
import { furnishLinux, putShadow, putSudoers, type RootFolder } from '../root-folder.ts';

/** Of the other side of a tunnel, as both of them keep it. */
export interface Peer {
  readonly uuid: string;
  readonly name: string;
  readonly ip: string;
  readonly version: string;
  /** Whether this box dials the peer or waits for it. */
  readonly side: 'dials' | 'accepts';
  /** As EM_peers has it: 0 for the other FMC of a pair, 1 for a device. */
  readonly role: 0 | 1;
}

export interface Release {
  readonly version: string;
  readonly model: string;
}

export interface Timing {
  readonly reconnectMs: number;
  readonly heartbeatMs: number;
  readonly deadPeerMs: number;
}

export interface Furnishing {
  readonly uuid: string;
  readonly hostname: string;
  readonly address: string;
  readonly user: string;
  readonly passwordHash: string;
  readonly release: Release;
  readonly timing: Timing;
  readonly variant: ApplianceVariant;
}

export const newUuid = (): string => randomUUID();
export const newSerial = (): string => `JAD${randomBytes(4).toString('hex').toUpperCase()}`;
export const hostnameOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');

/** sudo asks as on a box. */
export const sudoDefaults = `Defaults passprompt="Password: ", passprompt_override\n${sudoRecords}`;

export function sftunnel(restartMs: number): Daemon {
  return {
    name: 'sftunnel',
    command: `export ${onBoxClock}; exec -a /usr/local/sf/bin/sftunnel /.lab/node /usr/local/sf/lib/sftunneld.js`,
    pauseMs: restartMs,
  };
}

/** What FMC and FTD have in common. `usrLocal` is where /usr/local lies in the root folder. */
export function furnishFirepower(
  root: RootFolder,
  usrLocal: string,
  scripts: readonly string[],
  { uuid, hostname, address, user, passwordHash, release, timing, variant }: Furnishing,
): void {
  const isFmc = /Management Center/.test(release.model);
  const home = isFmc ? '/Volume/home/admin' : '/home/admin';
  furnishLinux(root, {
    hostname,
    user,
    passwordHash,
    loginShell: shells[variant.landing],
    home,
    authentication: variant.authentication,
    sftp: variant.sftp,
    sudoDefaults,
  });
  for (const folder of ['sf/bin', 'sf/lib', 'bin', 'sbin']) root.folder(`${usrLocal}/${folder}`);
  for (const folder of ['var/sf/peers', 'var/sf/run', 'var/log/sf', 'etc/sf', '.lab/break', '.lab/runs'])
    root.folder(folder);
  // Everybody on the box writes and answers here.
  root.folder('.lab/prompts', 0o777);
  root.put('.lab/terminal.log', '', 0o666);
  const put = (name: string, inside: string, mode = 0o755): void =>
    root.copy(program(name), `${usrLocal}/${inside}`, mode);
  put('clish.pl', 'bin/clish');
  put('pmtool.pl', 'sf/bin/pmtool');
  put('sftunnel_status.pl', 'sf/bin/sftunnel_status.pl');
  put('fxos.pl', 'bin/fxos');
  for (const name of ['module.pl', 'module-console.pl']) put(name, `sf/lib/${name}`);
  for (const module of ['Appliance.pm', 'Console.pm', 'Units.pm']) put(module, `sf/lib/${module}`, 0o644);
  for (const file of ['sftunneld.js', 'sftunnel-files.js', 'sftunnel-log.js'])
    put(file, `sf/lib/${file}`, 0o644);
  root.put(`${usrLocal}/sf/lib/package.json`, '{"type": "module"}\n');
  for (const script of scripts) put(script, `sf/bin/${script}`);
  // sudo's secure_path and su's profile find them as on a box.
  root.link(`${usrLocal}/sbin/pmtool`, '../sf/bin/pmtool');
  for (const script of scripts) root.link(`${usrLocal}/sbin/${script}`, `../sf/bin/${script}`);
  root.link(`${usrLocal}/sbin/sftunnel_status.pl`, '../sf/bin/sftunnel_status.pl');
  root.put(
    'etc/sf/ims.conf',
    `SWVERSION=${release.version}\nSWBUILD=208\nMODEL="${release.model}"\nAPPLIANCE_UUID=${uuid}\nMANAGEMENT_INTERFACE=${isFmc ? 'eth0' : 'br1'}\n`,
  );
  root.put('var/log/messages', '');
  root.put('.lab/timing.json', JSON.stringify(timing));
  root.put('.lab/address', `${address}\n`);
  if (variant.landing === 'fxos' || variant.landing === 'chassis')
    root.put(
      '.lab/fxos.json',
      JSON.stringify({
        kind: variant.landing === 'chassis' ? 'chassis' : 'appliance',
        settleMs: variant.fxosSettleMs,
        instance: variant.instance,
      }),
    );
  if (variant.idleLogoutMs > 0) limitIdle(root, variant.idleLogoutMs);
  if (variant.maxSessions < 5) limitSessions(root, user, variant.maxSessions);
  if (variant.pager) root.put('etc/sf/pager', '');
  if (variant.sudoRefused) putSudoers(root, user, sudoDefaults, false);
  if (variant.forcedPasswordChange) putShadow(root, user, { hash: passwordHash, mustChange: true });
  if (variant.expertRefused) root.put('etc/sf/expert-refused', '');
  if (variant.unknownPrompt) root.put(`.lab/prompts/${variant.unknownPrompt.at}`, variant.unknownPrompt.text);
  // What stands in the way of root is asked by root's own start-up.
  put('prompt.sh', 'sf/lib/prompt.sh');
  root.put('root/.profile', '/usr/local/sf/lib/prompt.sh sudo || exit\n');
}

/** bash says so by itself; CLISH and FXOS just end. */
function limitIdle(root: RootFolder, ms: number): void {
  root.put('.lab/idle.json', String(ms));
  root.put('etc/profile', `${root.text('etc/profile') ?? ''}TMOUT=${Math.ceil(ms / 1000)}\n`);
}

/** PAM turns the next one down after its login: `Too many logins for 'admin'.` */
function limitSessions(root: RootFolder, user: string, most: number): void {
  root.put('etc/security/limits.conf', `${user} - maxlogins ${most}\n`);
  root.put('run/utmp', '');
  root.put('etc/pam.d/sshd', `${root.text('etc/pam.d/sshd') ?? ''}session required pam_limits.so\n`);
}

const shells = {
  clish: '/usr/local/bin/clish',
  bash: '/bin/bash',
  fxos: '/usr/local/bin/fxos',
  chassis: '/usr/local/bin/fxos',
} as const;

/** The serial line of its module, on a chassis. */
export function moduleConsole({ landing }: ApplianceVariant, user: string): Daemon[] {
  if (landing !== 'chassis') return [];
  return [
    { name: 'module-console', command: `exec /usr/local/sf/lib/module-console.pl ${user}`, pauseMs: 200 },
  ];
}

export function putPeer(root: RootFolder, peer: Peer): void {
  root.folder(`var/sf/peers/${peer.uuid}`);
  root.put(
    `var/sf/peers/${peer.uuid}/sftunnel.json`,
    `${JSON.stringify({ ...peer, port: 8305, reg_state: 0 }, null, 2)}\n`,
  );
}
