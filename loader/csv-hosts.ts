import { choosePort } from './choose-port.ts';
import { CredentialGroups } from './credential-groups.ts';
import { HostCredential } from './credential.ts';
import { parseDevicesCsv } from './csv-inventory.ts';
import type { FoundHosts, HostContext, PlacedHost } from './found-hosts.ts';
import { csvPasswords, modeWarning } from './secret-sources.ts';

/** The boxes of a `devices.csv`. Ports and host keys come from known_hosts; sudo's password is the login's. */
export function csvHosts(text: string, file: string, { knownHosts, sshPorts }: HostContext): FoundHosts {
  const { rows, issues } = parseDevicesCsv(text, file);
  const open = modeWarning(file);
  const warnings = open === undefined ? [] : [open];
  const passwords = csvPasswords(file);
  const groups = new CredentialGroups();
  const hosts = rows.map((row): PlacedHost => {
    const { line, name, address, username } = row;
    const { port, warning, fault } = choosePort(address, { knownHosts, sshPorts });
    if (warning !== undefined)
      warnings.push({ file, line, message: warning, hint: 'a YAML inventory can name the port' });
    if (fault !== undefined)
      issues.push({ file, line, message: fault, hint: 'use a YAML inventory, which can name the port' });
    const id = groups.idFor(row, name, `${name}@${address}`);
    const credential = new HostCredential(id, username, passwords({ name, address }));
    const hostKeys = knownHosts.hostKeysFor(address, port);
    return { name, host: address, port, username, hostKeys, credential, place: { file, line } };
  });
  return { hosts, jumpHosts: new Map(), issues, warnings };
}
