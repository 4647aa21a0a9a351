import assert from 'node:assert/strict';
import path from 'node:path';

import { importsOf, read, repositoryFiles, type Import } from './sources.ts';

/**
 * Which folder may use which at run time. Types may come from anywhere but the ends (cli, worker, lab, test), which nobody uses.
 * The same table stands in ARCHITECTURE.md.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  language: ['errors'],
  pki: ['errors'],
  report: ['language', 'errors', 'workflows'],
  loader: ['language', 'errors'],
  devices: ['errors'],
  activities: ['devices', 'pki', 'language', 'errors', 'report', 'workflows'],
  workflows: ['language', 'errors'],
  supervisor: ['errors', 'workflows'],
  worker: ['activities', 'devices', 'pki', 'loader', 'language', 'errors', 'supervisor', 'workflows'],
  cli: ['loader', 'language', 'errors', 'report', 'devices', 'supervisor', 'workflows'],
  lab: [],
  scripts: ['errors', 'supervisor', 'worker', 'workflows', 'loader', 'language', 'lab'],
  bench: ['supervisor', 'worker', 'workflows', 'language', 'loader', 'lab', 'test'],
};
const ends = ['cli', 'worker', 'lab', 'test', 'scripts', 'bench'];

/** A folder is entered by its index.ts; these are the other doors, and who may use them at run time. */
const doors: Readonly<Record<string, readonly string[] | 'all'>> = {
  'workflows/contract.ts': 'all',
  // What the sandbox may see of the language, which has its schemas (zod) elsewhere.
  'language/condition.ts': ['workflows'],
  'language/actions.ts': ['workflows'],
  'language/duration.ts': ['workflows'],
  'language/rollout.ts': ['workflows'],
  // The schemas, which do not pass through the face.
  'language/runbook.ts': ['loader'],
  'language/parameters.ts': ['loader', 'activities'],
  // Parts of the lab that the lean boxes of the bench share, without the shell that is loaded with its face.
  'lab/fleet/addresses.ts': ['bench'],
  // What bench/engine.ts puts together without boxes.
  'supervisor/embedded-server.ts': ['bench'],
  'worker/create-worker.ts': ['bench'],
  'worker/workflow-bundle.ts': ['bench'],
  'test/support/fake-world.ts': ['bench'],
  'lab/certificates/internal-ca.ts': ['bench'],
  'lab/certificates/key-pool.ts': ['bench'],
  'lab/login/host-key.ts': ['bench'],
};

/** Who may use a library at run time: one place each, which translates its errors and is all that changes when it is replaced. */
const importers: Readonly<Record<string, readonly string[]>> = {
  ssh2: ['devices/transport/ssh.ts', 'lab/login/', 'bench/'],
  'node-forge': ['pki/der.ts', 'lab/certificates/internal-ca.ts'],
  yaml: [
    'loader/yaml-source.ts',
    'devices/family-files.ts',
    'lab/main.ts',
    'lab/recording/recording-file.ts',
  ],
  'csv-parse': ['loader/csv-inventory.ts'],
  '@marcbachmann/cel-js': ['language/'],
  zod: [
    'language/runbook.ts',
    'language/parameters.ts',
    'loader/',
    'devices/profile',
    'devices/faults/schema.ts',
    'devices/box-report.ts',
    'devices/recording/schema.ts',
    'cli/client/plan-file.ts',
    'cli/client/fleet-plan-file.ts',
    'report/result-schema.ts',
    'report/fleet-schema.ts',
    'lab/',
  ],
  croner: ['loader/maintenance-windows.ts'],
  commander: ['cli/', 'lab/main.ts'],
  'proper-lockfile': ['supervisor/lock.ts'],
  'just-bash': ['lab/'],
  'log-update': ['cli/output/live-view.ts'],
  'cli-table3': ['cli/output/table.ts'],
  'wrap-ansi': ['cli/output/layout.ts'],
  'cli-truncate': ['cli/output/layout.ts', 'report/picture/'],
  'string-width': ['cli/output/layout.ts', 'report/format/text-table.ts'],
  'pretty-ms': ['report/format/time.ts'],
  ghtml: ['report/html/markup.ts'],
  '@temporalio/activity': ['activities/'],
  '@temporalio/workflow': ['workflows/'],
  '@temporalio/common': ['activities/', 'workflows/', 'cli/client/'],
  '@temporalio/client': ['supervisor/connect.ts', 'cli/client/', 'bench/engine.ts'],
  '@temporalio/proto': ['bench/engine.ts'],
  '@temporalio/envconfig': ['supervisor/external-server.ts'],
  '@temporalio/worker': ['worker/', 'supervisor/download-by-sdk.ts', 'scripts/', 'bench/engine.ts'],
};

/** Nothing of Node may be reached from the workflow sandbox. */
const sandbox = ['workflows', 'language', 'errors'];

const folderOf = (file: string): string => file.split('/')[0] ?? '';
const shown = ({ from, line, to }: Import): string => `${from}:${line} imports ${to}`;

describe('the architecture', () => {
  const files = repositoryFiles();
  const sources = files.filter((file) => file.endsWith('.ts') && !file.startsWith('test/'));
  const imports = importsOf(sources);
  const ours = imports.filter((one) => one.isOurs && folderOf(one.from) !== folderOf(one.to));
  const libraries = imports.filter((one) => !one.isOurs && !one.to.startsWith('node:'));

  it('keeps the arrows between the folders', () => {
    const wrong = ours.filter(({ from, to, isTypeOnly }) => {
      const [source, target] = [folderOf(from), folderOf(to)];
      if (isTypeOnly) return ends.includes(target) || source === 'lab' || source === 'errors';
      return !(mayImport[source] ?? []).includes(target);
    });

    assert.deepEqual(wrong.map(shown), []);
  });

  it('enters a folder by its face', () => {
    const wrong = ours.filter(({ from, to, isTypeOnly }) => {
      if (isTypeOnly || to.endsWith('/index.ts') || folderOf(from) === 'scripts') return false;
      const door = doors[to];
      return door === undefined || (door !== 'all' && !door.includes(folderOf(from)));
    });

    assert.deepEqual(wrong.map(shown), []);
  });

  it('knows every folder with code', () => {
    const folders = new Set(sources.map(folderOf));

    assert.deepEqual([...folders].filter((folder) => !Object.hasOwn(mayImport, folder)).sort(), []);
  });

  it('gives each library one importer', () => {
    const wrong = libraries.filter(
      ({ from, to, isTypeOnly }) =>
        !isTypeOnly && !(importers[to] ?? []).some((place) => from.startsWith(place)),
    );

    assert.deepEqual(wrong.map(shown), []);
  });

  it('uses @temporalio/testing in tests only', () => {
    assert.deepEqual(libraries.filter(({ to }) => to === '@temporalio/testing').map(shown), []);
  });

  it('keeps Node out of the workflow sandbox', () => {
    const wrong = imports.filter(
      ({ from, to, isTypeOnly }) => !isTypeOnly && sandbox.includes(folderOf(from)) && to.startsWith('node:'),
    );

    assert.deepEqual(wrong.map(shown), []);
  });

  it('names every library it uses in package.json, and all parts of Temporal at one version', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };

    const missing = libraries.filter(({ to, isTypeOnly }) => !isTypeOnly && !Object.hasOwn(dependencies, to));
    assert.deepEqual(missing.map(shown), []);
    const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { version: string }> };
    const versions = Object.entries(lock.packages).flatMap(([place, { version }]) =>
      /^node_modules\/@temporalio\/[^/]+$/.test(place) ? [version] : [],
    );
    assert.equal(new Set(versions).size, 1, versions.join(' '));
  });

  it('names files in kebab-case, by what they are', () => {
    const code = files.filter((file) => /\.(ts|js|cjs|mjs)$/.test(file));
    const barred = /(^|-)(utils?|helpers?|common|misc)(-|\.|$)/;
    const wrong = code.filter((file) => {
      const name = path.basename(file);
      return (
        barred.test(name) || !/^\.?[a-z0-9]+(-[a-z0-9]+)*(\.(test|config))?\.(ts|js|cjs|mjs)$/.test(name)
      );
    });

    assert.deepEqual(wrong, []);
  });

  it('keeps files short', () => {
    const long = files.filter((file) => /\.(ts|js)$/.test(file) && read(file).split('\n').length > 401);

    assert.deepEqual(long, []);
  });
});
