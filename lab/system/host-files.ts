import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Box } from './box.ts';
import { makeWebCertificate } from './kinds/nginx.ts';

const [inventory, certificates, passwords] = ['hosts.yaml', 'certificates', 'passwords'] as const;

/** What an operator needs to rotate the certificates of nginx hosts: an inventory, their passwords, new certificates. */
export async function writeHostFiles(dir: string, hosts: readonly Box[]): Promise<void> {
  await mkdir(path.join(dir, passwords), { recursive: true, mode: 0o700 });
  for (const { plan, password } of hosts) {
    await makeWebCertificate(path.join(dir, certificates), plan.name, plan.name);
    await writeFile(path.join(dir, passwords, plan.name), `${password}\n`, { mode: 0o600 });
  }
  const entries = hosts.map(
    ({ plan: { name, user }, address }) =>
      `  - { name: ${name}, host: ${address}, username: ${user}, password: { file: ${passwords}/${name} } }\n`,
  );
  await writeFile(path.join(dir, inventory), `defaults: { family: linux }\nentries:\n${entries.join('')}`, {
    mode: 0o600,
  });
}

/** Those of an earlier lab. */
export async function clearHostFiles(dir: string): Promise<void> {
  for (const name of [inventory, certificates, passwords])
    await rm(path.join(dir, name), { recursive: true, force: true });
}
