// `node scripts/demo.js [--keep] [--crash] [--expired]`: the demo, installing the dependencies first where they are missing.
import { ensureDependencies, root } from './install.js';
import { runNode } from './run-child.js';

ensureDependencies();
process.exitCode = await runNode(['--import', 'tsx', 'scripts/demo.ts', ...process.argv.slice(2)], {
  cwd: root,
});
