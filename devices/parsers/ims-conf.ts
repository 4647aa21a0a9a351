/** `/etc/sf/ims.conf`: what a Firepower box says of itself. */
export interface ImsConf {
  readonly model?: string;
  readonly version?: string;
  readonly build?: string;
  /** Lower case. */
  readonly uuid?: string;
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Reads `KEY=value` lines, with or without quotes; unknown keys are skipped, and half a UUID is none. */
export function parseImsConf(text: string): ImsConf {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const found = /^\s*(?:export\s+)?([A-Z][A-Z0-9_]*)=(.*?)\s*$/.exec(line);
    if (found !== null) values.set(found[1] ?? '', (found[2] ?? '').replace(/^(["'])(.*)\1$/, '$2'));
  }
  const parts = {
    model: values.get('MODEL'),
    version: values.get('SWVERSION'),
    build: values.get('SWBUILD'),
    uuid: uuid.exec(values.get('APPLIANCE_UUID') ?? '')?.[0].toLowerCase(),
  };
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined && value !== ''));
}
