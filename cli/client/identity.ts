import os from 'node:os';

/** Who is at the keyboard, as decisions and reports name them: `RUNBOOK_USER`, else `user@host`. */
export function operator(env: NodeJS.ProcessEnv = process.env): string {
  const named = env['RUNBOOK_USER'];
  return named === undefined || named === '' ? `${os.userInfo().username}@${os.hostname()}` : named;
}
