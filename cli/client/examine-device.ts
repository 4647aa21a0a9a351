import { examineBox, loadProfiles, type BoxReport } from '../../devices/index.ts';
import { formatIssue, RunbookError, type Issue } from '../../errors/index.ts';
import { loadInventory, loadSettings, type Inventory } from '../../loader/index.ts';
import { names } from '../../report/index.ts';
import { familyFolders, runbookHome } from '../../supervisor/index.ts';
import type { InventoryOptions } from '../commands/flow/options.ts';
import { checkFrozenInRuns } from './frozen-in-runs.ts';
import { RefusedLogins } from './refused-logins.ts';

export interface ExamineDeviceOptions extends InventoryOptions {
  /** Log in also where that was refused before. */
  readonly retryLogins?: boolean;
}

/**
 * Looks at one box of an inventory, from this machine and without a server. A login that it refused is written down, and not tried
 * again before somebody says so. Throws INPUT_MISSING, INPUT_INVALID, DEVICE_CREDENTIAL_FROZEN.
 */
export async function examineDevice(name: string, options: ExamineDeviceOptions): Promise<BoxReport> {
  const { inventory, file, extraFolders } = filesOf(options);
  const endpoint = inventory.endpoint(keyOf(name, inventory));
  const { profiles, issues } = loadProfiles({ extraFolders });
  if (issues.length > 0) throw faulty(issues);
  if (!profiles.has(endpoint.family))
    throw new RunbookError(
      'DEVICE_FAMILY_UNKNOWN',
      `There is no profile for the family "${endpoint.family}".`,
      {
        remedy: `Put it into RUNBOOK_HOME/families/${endpoint.family}/profile.yaml (docs/guides/new-device-family.md), or correct the family in the inventory; there are: ${[...profiles.keys()].join(', ')}.`,
      },
    );
  const refused = new RefusedLogins(runbookHome().refusedLogins, file);
  if (options.retryLogins === true) refused.forget(endpoint);
  else await checkFrozenInRuns(endpoint.name, endpoint.credential.id);
  refused.check(endpoint);
  const report = await examineBox(endpoint, { profiles, extraFolders });
  refused.note(endpoint, report.trouble);
  return report;
}

function filesOf(options: InventoryOptions): {
  inventory: Inventory;
  file: string;
  extraFolders: readonly string[];
} {
  const { inventory: file } = options;
  if (file === undefined) {
    throw new RunbookError('INPUT_MISSING', 'Which box? --inventory is missing.', {
      remedy: 'Give --inventory devices.csv (or set RUNBOOK_INVENTORY); the host keys by --known-hosts FILE.',
    });
  }
  const settings = loadSettings(options.settings);
  const loaded = loadInventory({
    inventory: file,
    knownHosts: options.knownHosts,
    settings: settings.ok ? settings.settings : undefined,
  });
  if (!settings.ok || !loaded.ok)
    throw faulty([settings, loaded].flatMap((one) => (one.ok ? [] : one.issues)));
  const { profilesDir } = settings.settings;
  return {
    inventory: loaded.inventory,
    file,
    extraFolders: familyFolders(runbookHome(), profilesDir),
  };
}

/** The entry of this name or address. Throws INPUT_INVALID. */
export function keyOf(name: string, { entries }: Inventory): string {
  const exact = entries.find(({ key }) => key === name);
  if (exact !== undefined) return exact.key;
  const meant = entries.filter((entry) => entry.name === name || entry.host === name);
  const [only] = meant;
  if (only !== undefined && meant.length === 1) return only.key;
  const known = (meant.length === 0 ? entries : meant).map(({ key }) => key);
  const shown = names(known, 10);
  throw new RunbookError(
    'INPUT_INVALID',
    meant.length === 0
      ? `The inventory has no box "${name}". It has: ${shown}.`
      : `Several boxes are called "${name}": ${shown}.`,
    { remedy: 'Give --device with one of these names.' },
  );
}

function faulty(issues: readonly Issue[]): RunbookError {
  return new RunbookError('INPUT_INVALID', issues.map(formatIssue).join('\n'));
}
