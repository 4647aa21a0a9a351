import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Box } from '../box.ts';

/** sudo writes down what is typed into the terminals of root, keys and all; what programs there read is among it. */
export const sudoRecords =
  'Defaults log_input, !compress_io, iolog_flush, iolog_dir=/.lab/sudo-io, iolog_file=%{seq}\n';

/** The lines that were typed into shells of root, the oldest first. */
export function rootCommandsOf({ root }: Box): string[] {
  const top = root.at('.lab/sudo-io');
  if (!existsSync(top)) return [];
  return readdirSync(top, { recursive: true, encoding: 'utf8' })
    .filter((file) => path.basename(file) === 'ttyin')
    .sort()
    .flatMap((file) => readFileSync(path.join(top, file), 'utf8').split(/[\r\n]+/))
    .filter((line) => line !== '');
}
