/** YAML as plain data. */
export type Plain = Record<string, unknown>;

/**
 * A family on top of the one it extends: mappings are merged key by key (new keys come after the old ones), lists and single
 * values replace, and `null` takes a key away.
 */
export function mergeProfiles(base: Plain, own: Plain): Plain {
  const merged: Plain = { ...base };
  for (const [key, value] of Object.entries(own)) {
    const below = merged[key];
    if (value === null) delete merged[key];
    else if (isPlain(value)) merged[key] = mergeProfiles(isPlain(below) ? below : {}, value);
    else merged[key] = value;
  }
  return merged;
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
