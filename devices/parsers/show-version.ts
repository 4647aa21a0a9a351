/** What CLISH `show version` says; fields that are not printed are missing. */
export interface ShowVersion {
  readonly hostname?: string;
  readonly model?: string;
  readonly version?: string;
  readonly build?: string;
  /** Lower case. */
  readonly uuid?: string;
  readonly rulesVersion?: string;
  readonly vdbVersion?: string;
}

/** Reads the framed block; lines around it are skipped. */
export function parseShowVersion(text: string): ShowVersion {
  const model = field(text, 'Model');
  const parts = {
    hostname: /^-+\[\s*(\S+)\s*\]-+\s*$/m.exec(text)?.[1],
    model: model?.replace(/\s+Version\b.*$/i, '').replace(/\s+\(\d+\)$/, ''),
    version: /\bVersion\s+([\d.]+)/i.exec(model ?? '')?.[1],
    build: /\(Build\s+(\d+)\)/i.exec(model ?? '')?.[1],
    uuid: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.exec(field(text, 'UUID') ?? '')?.[0].toLowerCase(),
    rulesVersion: field(text, 'Rules update version'),
    vdbVersion: field(text, 'VDB version'),
  };
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined && value !== ''));
}

function field(text: string, name: string): string | undefined {
  return new RegExp(`^\\s*${name}\\s*:\\s*(.*?)\\s*$`, 'im').exec(text)?.[1];
}
