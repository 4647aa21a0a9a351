import { placeholdersOf } from '../fill-command.ts';
import type { ApplianceProfile } from '../profile.ts';

/** A fault that the shape alone does not show. */
export interface ProfileFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What must hold between the parts of a profile: names that are used exist, placeholders can be filled. */
export function checkProfile(profile: Omit<ApplianceProfile, 'faults'>): ProfileFault[] {
  const faults: ProfileFault[] = [];
  const { dialogue } = profile;
  const add = (path: readonly (string | number)[], message: string): void =>
    void faults.push({ path, message });

  const state = (name: string, path: readonly (string | number)[]): void => {
    if (!(name in dialogue.states)) add(path, `there is no state "${name}"`);
  };
  const move = (name: string, path: readonly (string | number)[]): void => {
    if (!(name in dialogue.moves)) add(path, `there is no move "${name}"`);
  };

  state(dialogue.goal, ['dialogue', 'goal']);
  for (const [name, one] of Object.entries(dialogue.moves)) {
    state(one.from, ['dialogue', 'moves', name, 'from']);
    one.to.forEach((to, index) => state(to, ['dialogue', 'moves', name, 'to', index]));
    if (one.secret !== undefined && dialogue.states[one.from]?.onlyAfter === undefined) {
      add(
        ['dialogue', 'moves', name],
        `a secret is typed in "${one.from}": that state must say \`onlyAfter\` which moves it comes`,
      );
    }
  }
  for (const [name, one] of Object.entries(dialogue.states)) {
    one.onlyAfter?.forEach((after, index) => move(after, ['dialogue', 'states', name, 'onlyAfter', index]));
  }
  for (const [name, one] of Object.entries(dialogue.stops)) {
    one.afterMoves?.forEach((after, index) => move(after, ['dialogue', 'stops', name, 'afterMoves', index]));
  }
  profile.execFrom.forEach((one, index) => state(one, ['execFrom', index]));
  for (const [name, one] of Object.entries(dialogue.asks))
    state(one.state, ['dialogue', 'asks', name, 'state']);
  profile.identity.sources.forEach((source, index) => {
    if (source.asked !== undefined && !(source.asked in dialogue.asks)) {
      add(['identity', 'sources', index, 'asked'], `there is no ask "${source.asked}"`);
    }
  });

  for (const [name, template] of Object.entries(profile.commands)) {
    for (const inside of quotedPlaceholders(template)) {
      add(['commands', name], `{${inside}} stands inside quotes: values are quoted when they are filled in`);
    }
  }
  // A family that takes a command away need not care about the list of the family that it extends.
  profile.readCommands.forEach((name, index) => {
    for (const inside of placeholdersOf(profile.commands[name] ?? ''))
      if (!(inside in profile.paths))
        add(['readCommands', index], `the command "${name}" needs {${inside}}, which is no path`);
  });
  const tools: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['encode', profile.fileTools.encode, ['path']],
    ['decode', profile.fileTools.decode, ['from', 'to']],
    ['digest', profile.fileTools.digest, ['path']],
  ];
  for (const [name, templates, expected] of tools) {
    templates.forEach((template, index) => {
      for (const one of expected) {
        if (!placeholdersOf(template).includes(one)) add(['fileTools', name, index], `{${one}} is missing`);
      }
    });
  }
  return faults;
}

function quotedPlaceholders(template: string): string[] {
  const found: string[] = [];
  let quote = '';
  for (let at = 0; at < template.length; at++) {
    const sign = template.charAt(at);
    if (sign === '\\' && quote !== "'") at += 1;
    else if (quote !== '') {
      if (sign === quote) quote = '';
      const inside = /^\{([a-z][A-Za-z0-9]*)\}/.exec(template.slice(at));
      if (inside !== null && template.charAt(at - 1) !== '$') found.push(inside[1] ?? '');
    } else if (sign === "'" || sign === '"') quote = sign;
  }
  return found;
}
