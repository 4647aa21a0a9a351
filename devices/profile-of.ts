import { RunbookError } from '../errors/index.ts';
import type { ApplianceProfile } from './profile.ts';

/** Throws DEVICE_FAMILY_UNKNOWN. */
export function profileOf(
  family: string,
  profiles: ReadonlyMap<string, ApplianceProfile> | ((family: string) => ApplianceProfile | undefined),
): ApplianceProfile {
  const profile = typeof profiles === 'function' ? profiles(family) : profiles.get(family);
  if (profile !== undefined) return profile;
  throw new RunbookError('DEVICE_FAMILY_UNKNOWN', `There is no profile for the family "${family}".`, {
    remedy: `Its profile belongs into RUNBOOK_HOME/families/${family}/profile.yaml on the machine of the worker (docs/guides/new-device-family.md); or correct the family in the inventory.`,
  });
}
