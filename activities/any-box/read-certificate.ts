import { RunbookError } from '../../errors/index.ts';
import type { JsonObject } from '../../language/index.ts';
import { certificateParameters } from '../../language/parameters.ts';
import { isFor, publicKeySha256OfKey, readChain, type PresentedCertificate } from '../../pki/index.ts';
import type { Finding } from '../../workflows/contract.ts';
import { beating, lookAtBox, type Action } from '../action.ts';
import { isOpenToOthers, parametersOf, readWorkerFile, workerPath } from './parameters.ts';
import { certificateFacts } from './certificate-facts.ts';

/**
 * Reads a certificate (and what of its chain stands below it), on the box or on the machine of the worker. `keyFits`: for a key on the
 * machine of the worker, which stays there.
 */
export const readCertificate: Action = async (input, deps) =>
  await beating(async () => {
    const { path, file, key, name } = parametersOf(certificateParameters, input);
    const place = path ?? workerPath(input, file ?? '');
    const content =
      path === undefined
        ? await readWorkerFile(input, file ?? '')
        : await lookAtBox(deps, input, input.target, (shell) => shell.readFile(path, { secret: true }));
    if (content === undefined) return { facts: { exists: false }, note: `${place} is not there` };
    const chain = readable(content, place);
    const [own] = chain;
    if (own === undefined) throw notReadable(place, 'there is no certificate in it');
    const facts: JsonObject = { exists: true, ...certificateFacts(chain, deps.now()) };
    if (name !== undefined) facts['nameFits'] = isFor(own, name);
    const findings: Finding[] = [];
    if (key !== undefined) {
      facts['keyFits'] =
        ownDigest(await readWorkerFile(input, key), workerPath(input, key)) === own.publicKeySha256;
      if (await isOpenToOthers(input, key))
        findings.push({
          code: 'INPUT_INVALID',
          severity: 'warn',
          text: `${workerPath(input, key)} holds a private key and is open to other users: chmod 600.`,
          box: input.target?.name ?? '',
          ...(input.target?.uuid === undefined ? {} : { uuid: input.target.uuid }),
        });
    }
    return { facts, findings, note: `${own.subject}, until ${own.notAfter}` };
  });

function readable(content: Buffer, place: string): readonly PresentedCertificate[] {
  try {
    return readChain(content.toString('utf8'));
  } catch {
    throw notReadable(place, 'a certificate in it is damaged');
  }
}

function ownDigest(key: Buffer, place: string): string {
  try {
    return publicKeySha256OfKey(key.toString('utf8'));
  } catch {
    throw notReadable(place, 'it is no private key, or one under a passphrase');
  } finally {
    key.fill(0);
  }
}

function notReadable(place: string, why: string): RunbookError {
  return new RunbookError('PKI_UNREADABLE', `${place}: ${why}.`, { state: 'It was only read.' });
}
