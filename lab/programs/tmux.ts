import type { Program } from './program.ts';

export const tmux: Program = (run) => {
  run.err(`${run.name}: not available\n`);
  return 1;
};
