import { z } from 'zod';
import { runbook } from '../language/runbook.ts';
import { fleetFile } from './fleet-schema.ts';
import { inventoryFile } from './inventory-schema.ts';
import { settingsFile } from './settings-schema.ts';

/**
 * JSON Schemas (draft 2020-12) of the files a person writes, by name: `runbook`, `inventory`, `fleet`, `settings`. `more` adds those of
 * other folders (the appliance profile, the result document). They describe the file: what has a default may be left out.
 */
export function schemas(more: Readonly<Record<string, z.ZodType>> = {}): Record<string, object> {
  const all: Record<string, z.ZodType> = {
    runbook,
    inventory: inventoryFile,
    fleet: fleetFile,
    settings: settingsFile,
    ...more,
  };
  return Object.fromEntries(
    Object.entries(all).map(([name, schema]) => [
      name,
      {
        title: name,
        ...z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input', unrepresentable: 'any' }),
      },
    ]),
  );
}
