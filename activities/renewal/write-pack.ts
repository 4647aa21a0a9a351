import path from 'node:path';
import { asRunbookError } from '../../errors/index.ts';
import { hostOf, packFiles, writePackFiles, type PackDevice } from '../../report/index.ts';
import { beating, objectParam, onBox, textParam, type Action } from '../action.ts';
import type { MissedFact, ResultFact } from './facts.ts';
import { issuedTo } from './issued-files.ts';

interface KnownDevice {
  readonly uuid: string;
  readonly name: string;
  readonly address: string;
  readonly result?: MissedFact;
  readonly look?: { readonly tunnel: 'up' | 'down' };
}

/**
 * Writes the offline pack on the worker's machine, with the checksums of every set that was issued. Nothing waits for it: what keeps
 * it from being written is a warning.
 */
export const writePack: Action = async (input, deps) =>
  await beating(async (progress) => {
    const folder = textParam(input, 'folder');
    const result = objectParam<ResultFact>(input, 'result');
    const devices = objectParam<readonly KnownDevice[]>(input, 'devices');
    const { manager } = input;
    try {
      if (!path.isAbsolute(folder)) throw new Error(`the folder ${folder} is not an absolute path`);
      const known = await onBox(deps, input, manager, async (shell) => {
        const read: PackDevice[] = [];
        for (const { uuid, name, address, result: missed = {}, look } of devices) {
          progress(`what was issued to ${name}`);
          const device = { uuid, name, host: hostOf(address), tunnel: look?.tunnel ?? ('unknown' as const) };
          try {
            read.push({
              ...device,
              issued: await issuedTo(shell, { result, missed, deviceUuid: uuid, name }),
            });
          } catch (thrown) {
            const error = asRunbookError(thrown);
            // Where the session itself is gone, the next device would fare no better.
            if (error.code.startsWith('SESSION_') || error.code.startsWith('DEVICE_')) throw thrown;
            read.push({ ...device, problem: error.message });
          }
        }
        return read;
      });
      const madeAt = new Date(deps.now()).toISOString();
      const files = packFiles(
        {
          name: manager?.name ?? 'FMC',
          uuid: manager?.uuid ?? '',
          caFingerprint: result.ca?.fingerprint ?? '',
          generated: true,
          failedPush: result.failedPush,
        },
        known,
        madeAt,
      );
      writePackFiles(folder, files, madeAt);
      const whole = known.filter(({ issued }) => issued !== undefined).length;
      return {
        facts: { folder, devices: known.length, withChecksums: whole },
        note: `${folder}: ${String(known.length)} devices, ${String(whole)} with checksums`,
      };
    } catch (thrown) {
      const error = asRunbookError(thrown);
      const text = `The offline pack in ${folder} is not renewed: ${error.message}`;
      return {
        facts: { folder: '', devices: 0, withChecksums: 0 },
        findings: [{ code: error.code, severity: 'warn', box: manager?.name ?? '', text }],
        note: text,
      };
    }
  });
