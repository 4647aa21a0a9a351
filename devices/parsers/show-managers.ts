/** A manager as `show managers` of an FTD lists it: its registration, not whether its tunnel is up. */
export interface ManagerRecord {
  readonly type?: string;
  readonly host?: string;
  readonly displayName?: string;
  /** UUID of the manager: the name of its folder on the device. */
  readonly identifier?: string;
  readonly registration?: string;
  readonly managementType?: string;
}

export interface Managers {
  readonly managers: readonly ManagerRecord[];
  /** The text says that there is none, or names each with its registration; otherwise it is no whole answer of this command. */
  readonly isReadable: boolean;
}

const keys: Readonly<Record<string, keyof ManagerRecord>> = {
  type: 'type',
  host: 'host',
  'display name': 'displayName',
  identifier: 'identifier',
  registration: 'registration',
  'management type': 'managementType',
};

/** Reads the blocks; keys are padded differently by each release, so a line is split at its first colon. */
export function parseShowManagers(text: string): Managers {
  const managers: { -readonly [K in keyof ManagerRecord]: ManagerRecord[K] }[] = [];
  for (const line of text.split('\n')) {
    const found = /^\s*([A-Za-z][A-Za-z ]*?)\s*:\s*(.*?)\s*$/.exec(line);
    const key = keys[(found?.[1] ?? '').toLowerCase()];
    if (found === null || key === undefined) continue;
    const last = managers.at(-1);
    // A block begins with its type; one that lacks it begins with a key that the block before already has.
    if (last === undefined || key === 'type' || last[key] !== undefined)
      managers.push({ [key]: found[2] ?? '' });
    else last[key] = found[2] ?? '';
  }
  const isWhole = managers.every(
    (one) => (one.host ?? one.identifier) !== undefined && one.registration !== undefined,
  );
  return { managers, isReadable: managers.length > 0 ? isWhole : /No managers configured/i.test(text) };
}
