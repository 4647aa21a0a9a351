/** Writes `worker/workflow-bundle.js`, which the worker takes instead of bundling at its start. For images; never in a checkout. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflows } from '../worker/bundle-workflows.ts';

const code = await bundleWorkflows();
const file = fileURLToPath(new URL('../worker/workflow-bundle.js', import.meta.url));
writeFileSync(file, code);
process.stdout.write(`${file}: ${code.length} bytes\n`);
