/** Makes sure that there is a Temporal server before the tests begin, so that no test waits for a download. */
import { asRunbookError } from '../errors/index.ts';
import { findTemporalExecutable, runbookHome } from '../supervisor/index.ts';

try {
  await findTemporalExecutable(runbookHome(), { onProgress: (text) => process.stderr.write(`${text}\n`) });
} catch (error) {
  process.stderr.write(`${asRunbookError(error).message}\n`);
  process.exitCode = 1;
}
