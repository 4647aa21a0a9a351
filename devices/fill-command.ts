import { RunbookError } from '../errors/index.ts';
import { shellQuote } from './dialogue/quote.ts';
import type { ApplianceProfile } from './profile.ts';

const placeholder = /(?<!\$)\{([a-z][A-Za-z0-9]*)\}/g;

/** Names of the placeholders of a template. `${x}` is the shell's own and none of ours. */
export function placeholdersOf(template: string): string[] {
  return [...template.matchAll(placeholder)].map((found) => found[1] ?? '');
}

/**
 * Puts values into a template, each quoted for the shell.
 * Throws ENGINE_INTERNAL when a value is missing or holds a NUL.
 */
export function fillTemplate(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(placeholder, (_, name: string) => {
    const value = values[name];
    if (value === undefined)
      throw new RunbookError('ENGINE_INTERNAL', `No value for {${name}} in: ${template}`);
    if (String(value).includes('\0'))
      throw new RunbookError('ENGINE_INTERNAL', `The value of {${name}} holds a NUL.`);
    return shellQuote(String(value));
  });
}

/**
 * The command of a profile, filled in. The profile's `paths` may be used as placeholders too; a value given wins.
 * Throws ENGINE_INTERNAL when the profile has no such command or a value is missing.
 */
export function fillCommand(
  profile: ApplianceProfile,
  name: string,
  values: Readonly<Record<string, string | number>> = {},
): string {
  const template = profile.commands[name];
  if (template === undefined) {
    throw new RunbookError('ENGINE_INTERNAL', `The profile ${profile.name} has no command "${name}".`, {
      remedy: `Add \`commands.${name}\` to the profile ${profile.name}.`,
    });
  }
  return fillTemplate(template, { ...profile.paths, ...values });
}
