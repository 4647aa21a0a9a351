#!/usr/bin/env node
// Plain JavaScript: it loads the TypeScript loader before anything else of ours.
import { register } from 'tsx/esm/api';

register();
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
