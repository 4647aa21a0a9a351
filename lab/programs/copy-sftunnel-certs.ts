import type { Program } from './program.ts';

export const copySftunnelCerts: Program = (run) => {
  run.err(`${run.name}: not available\n`);
  return 1;
};
