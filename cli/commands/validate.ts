import path from 'node:path';
import { Option, type Command } from 'commander';

import { RunbookError, type Issue } from '../../errors/index.ts';
import type { Settings } from '../../loader/index.ts';
import type { GlobalOptions } from '../main.ts';

interface ValidateOptions {
  readonly inventory?: string;
  readonly knownHosts?: string;
  readonly settings?: string;
  readonly fleet?: string;
}

interface Checked {
  readonly file: string;
  readonly kind: 'runbook' | 'inventory' | 'settings' | 'fleet' | 'families';
  /** What was found, in a few words. */
  readonly text: string;
  readonly issues: readonly Issue[];
}

export function configure(command: Command): void {
  command
    .argument('[runbook...]', 'names or files; without any file at all: every runbook that has a name')
    .addOption(new Option('-i, --inventory <file>', 'devices.csv or inventory as YAML'))
    .addOption(new Option('--known-hosts <file>', 'host keys of a devices.csv, as OpenSSH keeps them'))
    .addOption(new Option('--settings <file>', 'settings of the site'))
    .addOption(new Option('--fleet <file>', 'fleet file, with all inventories that it names'))
    .action(async (runbooks: string[], options: ValidateOptions) => {
      const checked = await check(runbooks, options);
      const issues = checked.flatMap((file) => file.issues);
      if (issues.length > 0) {
        const many = issues.length === 1 ? '1 fault' : `${issues.length} faults`;
        throw new RunbookError('INPUT_INVALID', `${many}; nothing was touched.`, { issues });
      }
      const { output } = command.optsWithGlobals<GlobalOptions>();
      if (output === 'table')
        for (const { file, text } of checked) process.stdout.write(`${file}: ${text}\n`);
      else
        process.stdout.write(
          `${JSON.stringify({ schemaVersion: 1, kind: 'validation', valid: true, files: checked })}\n`,
        );
    });
}

async function check(runbooks: readonly string[], options: ValidateOptions): Promise<Checked[]> {
  const { loadFleet, loadInventory, loadRunbook, loadSettings, runbookNames } =
    await import('../../loader/index.ts');
  const isAlone = [options.inventory, options.settings, options.fleet].every((file) => file === undefined);
  const names = runbooks.length === 0 && isAlone ? runbookNames() : runbooks;
  const settings = loadSettings(options.settings === undefined ? undefined : path.resolve(options.settings));
  const families = await checkFamilies(settings.ok ? settings.settings : undefined);
  const checked: Checked[] = names.map((name) => {
    const loaded = loadRunbook(name, { families: families.names });
    if (!loaded.ok) return { file: name, kind: 'runbook', text: 'not valid', issues: loaded.issues };
    const text = `runbook ${loaded.runbook.name}, version ${loaded.runbook.version}, digest ${loaded.digest}`;
    return { file: name, kind: 'runbook', text, issues: [] };
  });
  if (options.inventory !== undefined) {
    const loaded = loadInventory({
      inventory: path.resolve(options.inventory),
      families: families.names,
      ...(options.knownHosts === undefined ? {} : { knownHosts: path.resolve(options.knownHosts) }),
    });
    checked.push({
      file: options.inventory,
      kind: 'inventory',
      text: loaded.ok ? `inventory of ${loaded.inventory.entries.length} boxes` : 'not valid',
      issues: loaded.ok ? [] : loaded.issues,
    });
  }
  if (options.settings !== undefined) {
    checked.push({
      file: options.settings,
      kind: 'settings',
      text: settings.ok ? 'settings' : 'not valid',
      issues: settings.ok ? [] : settings.issues,
    });
  }
  if (options.fleet !== undefined) {
    const loaded = loadFleet(options.fleet, settings.ok ? settings.settings : undefined);
    const boxes = loaded.ok
      ? loaded.fleet.members.reduce((sum, { loaded: { entries } }) => sum + entries.length, 0)
      : 0;
    checked.push({
      file: options.fleet,
      kind: 'fleet',
      text: loaded.ok
        ? `fleet ${loaded.fleet.name}: ${loaded.fleet.members.length} members, ${boxes} boxes`
        : 'not valid',
      issues: loaded.ok ? [] : loaded.issues,
    });
  }
  return [...checked, ...families.checked];
}

/** The families of this installation and of the site. Those that came with the product are not spoken of. */
async function checkFamilies(
  settings: Settings | undefined,
): Promise<{ names: string[]; checked: Checked[] }> {
  const { loadProfiles } = await import('../../devices/index.ts');
  const { familyFolders, runbookHome } = await import('../../supervisor/index.ts');
  const extraFolders = familyFolders(runbookHome(), settings?.profilesDir);
  const { profiles, issues } = loadProfiles({ extraFolders });
  const names = [...profiles.keys()];
  const text = issues.length > 0 ? 'not valid' : `families ${names.join(', ')}`;
  return {
    names,
    checked: extraFolders.map((file, at) => ({
      file,
      kind: 'families',
      text,
      issues: at === 0 ? issues : [],
    })),
  };
}
