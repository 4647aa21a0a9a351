import type { Appliance } from '../appliance/appliance.ts';
import type { FmcState } from '../appliance/fmc-state.ts';
import { reachTexts } from '../commands/network.ts';
import { ftdPaths } from '../tunnel/material.ts';
import { csvRows } from './csv.ts';
import { pause } from './starters.ts';
import type { Program, Run } from './program.ts';

/**
 * `copy_sftunnel_certs.py devices.csv` on the FMC (facts 1.7): copies the newest sets to the devices of the CSV over SSH.
 * Its texts, and that it does not restart sftunnel, are our belief (facts, unknown 3). The variant for a jump server has the
 * FMC in its first row and is the same here, where both files lie on the FMC.
 */
export const copySftunnelCerts: Program = async (run) => {
  const { appliance } = run;
  const fmc = appliance.fmc;
  if (run.seat.user !== 'root') {
    run.err('This script must be run as root.\n');
    return 1;
  }
  const file = run.args[0];
  const csv =
    file === undefined
      ? undefined
      : run.shell.view.tree.find(run.shell.view.resolvePath(run.cwd, file))?.content.toString('utf8');
  if (!fmc || csv === undefined) {
    run.err(`Usage: ${run.name} devices.csv\n`);
    return 2;
  }
  const newest = fmc.runs.at(-1);
  if (!newest) {
    run.err('No generated certificates found in /var/tmp/certs\n');
    return 1;
  }
  let failures = 0;
  for (const [name = '', address = '', user = '', password = ''] of csvRows(csv)) {
    if (name === '' || /^device_name$/i.test(name) || address === appliance.identity.address) continue;
    await pause(fmc.settings.pushMs, run.signal);
    if (run.signal.aborted) return 129;
    const problem = await copyTo(run, fmc, newest.folder, { address, user, password });
    run.out(problem === undefined ? `${name}: certificates copied successfully\n` : `${name}: ${problem}\n`);
    if (problem !== undefined) failures++;
  }
  return failures === 0 ? 0 : 1;
};

/** Undefined when the files arrived, else what SSH said. */
async function copyTo(
  run: Run,
  fmc: FmcState,
  folder: string,
  login: { address: string; user: string; password: string },
): Promise<string | undefined> {
  const manager = run.appliance;
  const link = [...(manager.sftunnel?.links.values() ?? [])].find((l) => l.peer.address === login.address);
  if (!link) return 'not a peer of this FMC';
  const reach = manager.network.reach(manager, login.address, 22);
  if (reach !== 'open') {
    if (reach === 'silent') await pause(fmc.settings.sshTimeoutMs, run.signal);
    const why = reach === 'silent' ? 'Connection timed out' : reachTexts[reach];
    return `ssh: connect to host ${login.address} port 22: ${why}`;
  }
  // Whoever answers at that address gets what was issued to the peer that is registered with it.
  const device = manager.network.sshBox(login.address, 22) as Appliance;
  if (!logIn(device, login)) return 'Permission denied (password)';
  const paths = ftdPaths(manager.identity.uuid);
  const root = device.view({ uid: 0, gid: 0, umask: 0o022, tty: undefined });
  try {
    for (const [target, name] of [
      [paths.ca, 'cacert.pem'],
      [paths.cert, 'sftunnel-cert.pem'],
      [paths.key, 'sftunnel-key.pem'],
    ] as const) {
      const source = manager.tree.text(`${folder}/${link.peer.uuid}/${name}`);
      if (source === undefined) return `no certificates for ${link.peer.uuid} in ${folder}`;
      await root.cp(target, `${target}.backup`);
      await root.writeFile(target, source);
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return undefined;
}

function logIn(device: Appliance, login: { user: string; password: string }): boolean {
  const ok =
    login.user === device.identity.user &&
    login.password === device.password &&
    !device.troubles.loginRefused;
  device.logins.push({
    at: new Date(device.nowMs()).toISOString(),
    user: login.user,
    method: 'password',
    ok,
  });
  return ok;
}
