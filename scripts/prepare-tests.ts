/** What all tests need and none should wait for or make again: a Temporal server and the workflow bundle, both in the cache. */
import { asRunbookError } from '../errors/index.ts';
import { findTemporalExecutable, runbookHome } from '../supervisor/index.ts';
import { workflowBundle } from '../worker/workflow-bundle.ts';

try {
  const home = runbookHome();
  await findTemporalExecutable(home, { onProgress: (text) => process.stderr.write(`${text}\n`) });
  await workflowBundle(home.cache);
} catch (error) {
  process.stderr.write(`${asRunbookError(error).message}\n`);
  process.exitCode = 1;
}
