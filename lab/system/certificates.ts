import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { call } from './call.ts';
import { program } from './program.ts';
import type { RootFolder } from './root-folder.ts';

const sfca = program('sfca.sh');

export interface Validity {
  readonly fromMs: number;
  readonly toMs: number;
}

/** An InternalCA in a folder of the host, made and used by the program that an FMC has too. */
export class InternalCa {
  readonly folder: string;
  readonly uuid: string;
  readonly validity: Validity;

  private constructor(folder: string, uuid: string, validity: Validity) {
    this.folder = folder;
    this.uuid = uuid;
    this.validity = validity;
  }

  static async make(folder: string, uuid: string, validity: Validity): Promise<InternalCa> {
    mkdirSync(folder, { recursive: true });
    await call('bash', [sfca, 'new', folder, uuid, stamp(validity.fromMs), stamp(validity.toMs)]);
    return new InternalCa(folder, uuid, validity);
  }

  /** The three files for one box, into a folder. */
  async issue(uuid: string, into: string): Promise<void> {
    const { fromMs, toMs } = this.validity;
    await call('bash', [sfca, 'issue', this.folder, uuid, into, stamp(fromMs), stamp(toMs)]);
    copyFileSync(path.join(this.folder, 'cacert.pem'), path.join(into, 'cacert.pem'));
  }
}

/** What a box holds for one manager: 644, root:root. */
export async function giveSet(
  ca: InternalCa,
  root: RootFolder,
  uuid: string,
  managerUuid: string,
): Promise<void> {
  const made = mkdtempSync(path.join(ca.folder, 'issued-'));
  await ca.issue(uuid, made);
  for (const file of setFiles)
    root.put(`var/sf/peers/${managerUuid}/${file}`, readFileSync(path.join(made, file)));
  rmSync(made, { recursive: true });
}

export const setFiles = ['cacert.pem', 'sftunnel-cert.pem', 'sftunnel-key.pem'] as const;

const stamp = (ms: number): string => `${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
