import { reachTexts, stopped } from '../commands/network.ts';
import { pause } from './starters.ts';
import type { Program } from './program.ts';

/** `nc -z [-v] [-w SECONDS] HOST PORT`: only whether a port answers. */
export const netcat: Program = async (run) => {
  const operands: string[] = [];
  let patienceMs: number | undefined;
  let verbose = false;
  for (let i = 0; i < run.args.length; i++) {
    const arg = run.args[i] ?? '';
    if (arg === '-w') patienceMs = Number(run.args[++i]) * 1000;
    else if (/^-w\d+$/.test(arg)) patienceMs = Number(arg.slice(2)) * 1000;
    else if (arg.startsWith('-')) verbose ||= arg.includes('v');
    else operands.push(arg);
  }
  const [host = '', port = ''] = operands;
  const say = (text: string): void => {
    if (verbose) run.err(`${text}\n`);
  };
  const reach = run.appliance.network.reach(run.appliance, host, Number(port));
  if (reach === 'open') {
    say(`Connection to ${host} ${port} port [tcp/*] succeeded!`);
    return 0;
  }
  if (reach !== 'silent') {
    say(`nc: connect to ${host} port ${port} (tcp) failed: ${reachTexts[reach]}`);
    return 1;
  }
  await (patienceMs === undefined ? stopped(run.signal) : pause(patienceMs, run.signal));
  say(`nc: connect to ${host} port ${port} (tcp) timed out: Operation now in progress`);
  return 1;
};
