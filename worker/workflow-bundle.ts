import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkflowBundlePath } from '@temporalio/worker';
import { RunbookError } from '../errors/index.ts';
import { productVersion, runProgram, typescriptArguments } from '../supervisor/index.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Everything that the sandbox can reach of ours. */
const sources = ['workflows', 'language', 'errors'];
const bundlerMs = 120_000;
/** A worker reads its bundle once, at its start; those of sources long gone only fill the disk. */
const keptMs = 7 * 24 * 3600 * 1000;

/**
 * The workflow code as one file: the one that was built into an image, else one that is made once for these very sources and kept in
 * the cache. Bundling takes seconds, which a worker that is started again after its death should not spend.
 *
 * @throws RunbookError ENGINE_INTERNAL
 */
export async function workflowBundle(cacheFolder: string): Promise<WorkflowBundlePath> {
  const built = path.join(root, 'worker', 'workflow-bundle.js');
  if (existsSync(built)) return { codePath: built };
  const folder = path.join(cacheFolder, 'workflow-bundles');
  const codePath = path.join(folder, `${digestOfSources()}.js`);
  if (existsSync(codePath)) return { codePath };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const part = `${codePath}.${String(process.pid)}`;
  await bundleInto(part);
  renameSync(part, codePath);
  removeOld(folder);
  return { codePath };
}

/** In a process of its own: what the bundler loads and takes would stay with the worker as long as that lives. */
async function bundleInto(file: string): Promise<void> {
  const bundler = path.join(root, 'worker', 'bundle-workflows.ts');
  const args = [...typescriptArguments, bundler, file];
  const { code, stderr } = await runProgram(process.execPath, args, { timeoutMs: bundlerMs });
  if (code !== 0) throw new RunbookError('ENGINE_INTERNAL', `The workflows could not be bundled: ${stderr}`);
}

function removeOld(folder: string): void {
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (Date.now() - written > keptMs) rmSync(file, { force: true });
  }
}

/** Changes with every source file, library version and release of the product, and with the way the bundle is made. */
function digestOfSources(): string {
  const hash = createHash('sha256').update(productVersion);
  for (const file of ['package-lock.json', 'worker/bundle-workflows.ts'])
    hash.update(readFileSync(path.join(root, file)));
  for (const folder of sources) {
    const names = readdirSync(path.join(root, folder), { recursive: true }).map(String).sort();
    for (const name of names.filter((candidate) => candidate.endsWith('.ts'))) {
      hash.update(`${folder}/${name}\0`).update(readFileSync(path.join(root, folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 32);
}
