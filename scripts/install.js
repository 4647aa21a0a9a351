// Plain JavaScript without dependencies: it runs before there are any.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Installs the dependencies where they are missing or not those of package-lock.json. Ends the process when that fails. */
export function ensureDependencies() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    process.stderr.write(`Node ${process.versions.node} is too old: 20.19 or newer is needed.\n`);
    process.exit(1);
  }
  if (areDependenciesCurrent()) return;
  process.stderr.write('Installing the dependencies (npm ci) …\n');
  // NODE_ENV=production would leave out what tests and demo need.
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const done = spawnSync(npm, ['ci', '--include=dev', '--no-fund', '--no-audit'], {
    cwd: root,
    stdio: ['ignore', process.stderr, process.stderr],
    shell: process.platform === 'win32',
  });
  if (done.status !== 0) {
    process.stderr.write(`npm ci failed${done.error ? `: ${done.error.message}` : ''}.\n`);
    process.exit(1);
  }
}

/** npm notes in node_modules what it has installed; that must be what the lock file says. */
function areDependenciesCurrent() {
  try {
    const wanted = packagesOf('package-lock.json');
    const installed = packagesOf(path.join('node_modules', '.package-lock.json'));
    return Object.entries(wanted).every(
      ([place, { version, optional }]) =>
        place === '' || optional === true || installed[place]?.version === version,
    );
  } catch {
    return false;
  }
}

/** @returns {Record<string, { version?: string, optional?: boolean }>} */
function packagesOf(file) {
  return JSON.parse(readFileSync(path.join(root, file), 'utf8')).packages;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  ensureDependencies();
