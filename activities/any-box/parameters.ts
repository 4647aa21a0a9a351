import path from 'node:path';
import { readFile, stat } from 'node:fs/promises';
import type { z } from 'zod';
import { RunbookError } from '../../errors/index.ts';
import type { ActionInput } from '../../workflows/contract.ts';

/** The parameters of a step, with their defaults. Throws INPUT_INVALID, naming all that is wrong with them. */
export function parametersOf<Schema extends z.ZodType>(schema: Schema, input: ActionInput): z.output<Schema> {
  // What a probe is told beside the parameters of its step.
  const given = Object.fromEntries(Object.entries(input.params).filter(([name]) => name !== 'of'));
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const faults = read.error.issues.map((issue) => `${issue.path.join('.') || 'with'}: ${issue.message}`);
  throw new RunbookError(
    'INPUT_INVALID',
    `The step ${input.step} is not called rightly: ${faults.join('; ')}.`,
    {
      state: 'Nothing was sent to the box.',
      remedy: 'The values come from facts and inputs: correct the input or the runbook, and make a new plan.',
    },
  );
}

/** A file on the machine of the worker, as the operator names it: relative to the folder of the inventory. */
export function workerPath(input: ActionInput, file: string): string {
  return path.resolve(path.dirname(input.inventory.inventory), file);
}

/** Its content. Throws INPUT_MISSING; no message holds anything of the content. */
export async function readWorkerFile(input: ActionInput, file: string): Promise<Buffer> {
  const place = workerPath(input, file);
  try {
    return await readFile(place);
  } catch (thrown) {
    const { code = 'unknown error' } = thrown as NodeJS.ErrnoException;
    throw new RunbookError(
      'INPUT_MISSING',
      `${place} cannot be read on the machine of the worker (${code}).`,
      {
        state: 'Nothing was sent to the box.',
        remedy: 'Put the file there, then retry.',
      },
    );
  }
}

/** Others than its owner may read it; the system of Windows has no such modes. */
export async function isOpenToOthers(input: ActionInput, file: string): Promise<boolean> {
  if (process.platform === 'win32') return false;
  return ((await stat(workerPath(input, file))).mode & 0o077) !== 0;
}

export function isPrivateKey(content: Buffer): boolean {
  return content.includes('PRIVATE KEY-----');
}
