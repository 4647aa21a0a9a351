import { fillCommand, type RootShell } from '../../devices/index.ts';
import { boxClock } from './posix.ts';

const dayMs = 86_400_000;

/**
 * Private folders for moving files that died with their sessions: older than a day by the box's clock, so that none of a session
 * that lives is among them. Only names of the form that this product gives.
 */
export async function staleFolders(shell: RootShell): Promise<string[]> {
  const root = shell.profile.fileTools.temporaryRoot;
  const { output } = await shell.run(fillCommand(shell.profile, 'privateFolders', { root }), {
    anyStatus: true,
  });
  const now = await boxClock(shell);
  return output.split('\n').flatMap((line) => {
    const match = /^(\d{9,11}) (\/.*)$/.exec(line.trim());
    const [, seconds, path = ''] = match ?? [];
    const isOurs =
      path.startsWith(`${root}/`) &&
      /^\.runbook-[0-9a-f]{12}-[0-9a-f]{12}$/.test(path.slice(root.length + 1));
    return isOurs && now - Number(seconds) * 1000 > dayMs ? [path] : [];
  });
}
