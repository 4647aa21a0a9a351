import { randomBytes } from 'node:crypto';
import type { Appliance } from '../appliance/appliance.ts';
import { builtinNames } from '../shell/builtins.ts';
import { programNames } from '../programs/program.ts';
import { emptyCrl } from '../certificates/internal-ca.ts';
import type { Material } from '../tunnel/material.ts';
import { ftdPaths } from '../tunnel/material.ts';

const ours = [
  'ls',
  'stat',
  'cp',
  'mv',
  'mkdir',
  'touch',
  'chown',
  'install',
  'mktemp',
  'mkfifo',
  'id',
  'whoami',
  'tty',
  'hostname',
  'uname',
  'uptime',
  'sync',
  'date',
  'df',
  'ps',
  'pgrep',
  'kill',
  'stty',
  'clear',
  'openssl',
  'umask',
  'trap',
  'wait',
  'jobs',
  'history',
  'disown',
];
const isVendors = (name: string): boolean => name.includes('.') || name === 'pmtool';
const terminals = new Set(['screen', 'tmux', 'script']);

/** What both kinds of box have: folders, commands, ims.conf, an empty log. */
export function furnishCommon(
  box: Appliance,
  release: { version: string; build: string; model: string },
): void {
  const { tree } = box;
  const isFtd = box.identity.kind === 'ftd';
  for (const folder of ['/etc/sf', '/home/admin', '/Volume/home/admin', '/usr/bin', '/dev', '/proc'])
    tree.folder(folder);
  tree.folder('/root', 0o700);
  tree.folder('/tmp').mode = 0o1777;
  tree.link('/bin', '/usr/bin');
  if (isFtd) {
    // Root of the FTD application; the plain paths resolve too (facts 2.2).
    for (const folder of [
      '/ngfw/var/sf/peers',
      '/ngfw/var/log/sf',
      '/ngfw/var/tmp',
      '/ngfw/usr/local/sf/bin',
    ])
      tree.folder(folder);
    tree.link('/var', '/ngfw/var');
    tree.link('/usr/local', '/ngfw/usr/local');
  } else
    for (const folder of ['/var/sf/peers', '/var/sf/backup', '/var/log/sf', '/var/tmp', '/usr/local/sf/bin'])
      tree.folder(folder);
  (tree.find('/var/tmp') ?? tree.root).mode = 0o1777;
  tree.put(
    '/etc/passwd',
    'root:x:0:0:Operator:/root:/bin/bash\nadmin:x:100:100::/Volume/home/admin:/usr/bin/clish\n',
  );
  tree.put('/etc/hostname', `${box.identity.hostname}\n`);
  tree.put(
    '/etc/sf/ims.conf',
    `SWVERSION=${release.version}\nSWBUILD=${release.build}\nMODEL="${release.model}"\nAPPLIANCE_UUID=${box.identity.uuid}\nMANAGEMENT_INTERFACE=${isFtd ? 'br1' : 'eth0'}\n`,
  );
  tree.put('/var/log/messages', '');
  for (const name of ['pmtool', 'sftunnel_status.pl'])
    tree.put(`/usr/local/sf/bin/${name}`, '#!/usr/bin/perl\n', 0o755);
}

/** The files of /usr/bin; made at the first login, since most boxes of a big lab never see one. */
export function furnishCommands(box: Appliance): void {
  const { tree } = box;
  if (tree.find('/usr/bin/ls')) return;
  for (const name of [...builtinNames, ...ours]) tree.put(`/usr/bin/${name}`, '\x7fELF', 0o755);
  for (const name of programNames()) {
    if (isVendors(name)) continue;
    if (name === 'nc' && !box.variant.netcat) continue;
    if (terminals.has(name) && !(box.variant.terminals ?? ['screen']).includes(name as 'screen')) continue;
    tree.put(`/usr/bin/${name}`, '\x7fELF', 0o755);
  }
}

/** The FMC's own files (procedure section 1), without the certificates. */
export function furnishFmc(box: Appliance): void {
  const { tree } = box;
  const scripts = [
    'OmniQuery.pl',
    'troubleshoot_HADC.pl',
    'copy_sftunnel_certs.py',
    'copy_sftunnel_certs_jumpserver.py',
  ];
  if (box.variant.hasGenerateCerts) scripts.push('generate_certs.pl');
  for (const name of scripts)
    tree.put(
      `/usr/local/sf/bin/${name}`,
      name.endsWith('.py') ? '#!/usr/bin/python3\n' : '#!/usr/bin/perl\n',
      0o755,
    );
  tree.put(
    '/etc/sf/sftunnel.conf',
    'proxyssl\n{\n\tproxy_cert /etc/sf/keys/sftunnel-cert.pem;\n\tproxy_key /etc/sf/keys/sftunnel-key.pem;\n\tproxy_cacert /etc/sf/ca_root/cacert.pem;\n\tproxy_crl /etc/sf/ca_root/crl.pem;\n\tproxy_cipher 1;\n\tproxy_tls_version TLSv1.2;\n};\n',
  );
  tree.put('/etc/sf/ca_root/crl.pem', emptyCrl());
  tree.put('/etc/sf/patch_history', '7.2.5-208\n');
  if (box.variant.backup !== 'none') {
    const ageMs = box.variant.backup === 'old' ? 120 * 86_400_000 : 6 * 3_600_000;
    const node = tree.put(
      `/var/sf/backup/${box.identity.hostname}-backup-2026.tgz`,
      Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), randomBytes(200_000)]),
      0o644,
    );
    node.mtimeMs = box.nowMs() - ageMs;
  }
}

/** What a device holds for one manager: 644, root:root (procedure 5). */
export function putManagerFolder(
  box: Appliance,
  manager: { uuid: string; address: string; name: string },
  material: Material,
): void {
  const paths = ftdPaths(manager.uuid);
  box.tree.put(paths.ca, material.ca);
  box.tree.put(paths.cert, material.cert);
  box.tree.put(paths.key, material.key);
  box.tree.put(`/var/sf/peers/${manager.uuid}/sftunnel.json`, peerJson(manager));
}

export function peerJson(peer: { uuid: string; address: string; name: string }): string {
  return `${JSON.stringify({ uuid: peer.uuid, name: peer.name, ip: peer.address, port: 8305, reg_state: 0 }, null, 2)}\n`;
}
