import type { Program } from './program.ts';

export const script: Program = (run) => {
  run.err(`${run.name}: not available\n`);
  return 1;
};
