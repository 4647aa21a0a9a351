import { RunbookError } from '../../../errors/index.ts';
import type { TypedAnswer } from '../../../workflows/contract.ts';
import type { DecisionOptions } from './decision-options.ts';

/**
 * What is to be typed at a prompt. Whether it may be is for the run to say, so that a refusal stands in the history.
 * @throws RunbookError INPUT_MISSING when nothing is, INPUT_INVALID when it is said in two ways
 */
export function typedAnswer({ send, raw, key, sendCredential }: DecisionOptions): TypedAnswer {
  const given = [send, key, sendCredential].filter((one) => one !== undefined);
  if (given.length === 0)
    throw new RunbookError('INPUT_MISSING', 'answer needs what is typed at the prompt.', {
      remedy:
        "runbook answer … --send 'TEXT' (recorded, never a password), --key NAME, or --send-credential NAME for a secret of the inventory",
    });
  if (given.length > 1 || (raw === true && send === undefined))
    throw new RunbookError(
      'INPUT_INVALID',
      'Give one of --send (with --raw: no Enter), --key and --send-credential.',
    );
  if (key !== undefined) return { key };
  if (sendCredential !== undefined) return { credential: sendCredential };
  return raw === true ? { raw: send ?? '' } : { send: send ?? '' };
}
