import { createHash } from 'node:crypto';
import { readFileParameters } from '../../language/parameters.ts';
import { beating, lookAtBox, type Action } from '../action.ts';
import { isPrivateKey, parametersOf } from './parameters.ts';

/** More than this of a file is not carried into the history. */
const keptText = 4_000;

/** Whether a file is there, its checksum, and the beginning of a text. Of a private key nothing but that it is there. */
export const readFile: Action = async (input, deps) =>
  await beating(async () => {
    const { path } = parametersOf(readFileParameters, input);
    const content = await lookAtBox(deps, input, input.target, (shell) =>
      shell.readFile(path, { secret: true }),
    );
    if (content === undefined) return { facts: { exists: false }, note: `${path} is not there` };
    if (isPrivateKey(content))
      return { facts: { exists: true, size: content.length }, note: `${path} holds a private key` };
    const text = content.toString('utf8');
    return {
      facts: {
        exists: true,
        size: content.length,
        sha256: createHash('sha256').update(content).digest('hex'),
        ...(text.includes('\u0000') ? {} : { text: text.slice(0, keptText) }),
      },
      note: `${path}, ${String(content.length)} bytes`,
    };
  });
