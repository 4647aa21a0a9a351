/** Writes `worker/workflow-bundle.js`, which the worker takes instead of bundling at its start. For images; never in a checkout. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';

const { code } = await bundleWorkflowCode({
  workflowsPath: fileURLToPath(new URL('../workflows/index.ts', import.meta.url)),
});
const file = fileURLToPath(new URL('../worker/workflow-bundle.js', import.meta.url));
writeFileSync(file, code);
process.stdout.write(`${file}: ${code.length} bytes\n`);
