import { RunbookError } from '../../errors/index.ts';
import type { RootShell } from '../../devices/index.ts';

/** A path that the profile must name. Throws ENGINE_INTERNAL with what to add. */
export function profilePath(shell: RootShell, name: string): string {
  const path = shell.profile.paths[name];
  if (path === undefined) {
    throw new RunbookError('ENGINE_INTERNAL', `The profile ${shell.profile.name} has no path "${name}".`, {
      remedy: `Add \`paths.${name}\` to the profile.`,
    });
  }
  return path;
}
