import { RunbookError } from '../../errors/index.ts';
import { shortestSecret } from '../masking.ts';
import { TerminalText } from '../output.ts';
import { Anonymiser } from './anonymise.ts';
import { findKeys } from './find-keys.ts';
import { findLikely, hideLikely } from './find-likely.ts';
import { findSecrets, hideSecrets } from './find-secrets.ts';
import { Hidden } from './hidden.ts';
import { readingsOf } from './readings.ts';
import type { RecordedEvent, RecordedTyping, Recording, SecretName } from './schema.ts';
import { readEvents, type LoggedEvent, type ReadEvent } from './session-log.ts';
import { typedLines, type TypedLine } from './typed-lines.ts';

export interface KnownSecret {
  readonly text: string;
  /** Where it belongs to the box that is recorded. */
  readonly name?: 'password' | 'sudoPassword';
}

export interface RecordingOptions
  extends
    Pick<Recording, 'by' | 'box' | 'family' | 'terminal'>,
    Partial<Pick<Recording, 'ends' | 'title' | 'made'>> {
  readonly secrets: readonly KnownSecret[];
  /** Set: names and addresses are replaced; these ones, and what the prompts show. */
  readonly anonymise?: readonly string[];
}

/** Something in the order of the file; what was shown is a part of all that was shown. */
type Item =
  | { readonly at: number; readonly from: number; readonly to: number }
  | { readonly at: number; readonly typed: RecordedTyping }
  | { readonly at: number; readonly closes: true };

/**
 * Makes a recording of what happened, without its secrets: what was typed unseen is only named, known secrets and private keys are
 * hidden however they were shown, and what looks like a secret is hidden as far as that can be known. Pure.
 * Throws ENGINE_INTERNAL when a known secret would stand in it all the same.
 */
export function makeRecording(logged: readonly LoggedEvent[], options: RecordingOptions): Recording {
  const tell = options.by === 'hand' ? byHand : byWalk;
  const { shown, items, typedSecrets, prompts } = tell(readEvents(logged), options.secrets);
  const secrets = [...options.secrets.map(({ text }) => text), ...typedSecrets];
  const anonymiser = options.anonymise === undefined ? undefined : new Anonymiser(options.anonymise, prompts);
  const readings = readingsOf(shown);
  const hidden = new Hidden(shown)
    .add(findSecrets(readings, secrets))
    .add(findKeys(readings))
    .add(findLikely(readings.lines))
    .add(anonymiser?.find(readings.lines) ?? [])
    .add(anonymiser?.find(readings.raw) ?? []);
  const clean = (text: string): string => {
    const masked = hideLikely(hideSecrets(text, secrets));
    return anonymiser?.replace(masked) ?? masked;
  };
  const { title, made, by, family, terminal, ends } = options;
  const recording: Recording = {
    recording: 1,
    ...(title === undefined ? {} : { title: clean(title) }),
    ...(made === undefined ? {} : { made }),
    by,
    box: clean(options.box),
    family,
    terminal,
    anonymised: anonymiser !== undefined,
    masked: [],
    ...(ends === undefined ? {} : { ends }),
    events: withoutTypedKeys(items, hidden).flatMap((item) => recorded(item, hidden, clean)),
  };
  const typed = recording.events.filter(({ types }) => typeof types === 'object').length;
  const masked = [
    ...(typed === 0 ? [] : [{ what: 'a secret that was typed', times: typed }]),
    ...[...hidden.counts].map(([what, times]) => ({ what, times })),
  ];
  assertClean(recording, secrets);
  return { ...recording, masked };
}

/** A key that is pasted is typed line by line: it is only to be seen in all that was typed. */
function withoutTypedKeys(items: readonly Item[], shown: Hidden): Item[] {
  const typed = items.map((item) => ('typed' in item && typeof item.typed === 'string' ? item.typed : ''));
  const all = typed.join('');
  const finds = findKeys(readingsOf(asLines(all)));
  if (finds.length === 0) return [...items];
  const hidden = new Hidden(all).add(finds);
  shown.count(hidden.counts);
  let to = 0;
  return items.flatMap((item, index): Item[] => {
    const from = to;
    to += typed[index]?.length ?? 0;
    if (from === to || !('typed' in item)) return [item];
    const left = hidden.slice(from, to);
    return left === '' ? [] : [{ at: item.at, typed: left }];
  });
}

/** As the readings of a terminal know lines; of the same length. */
function asLines(typed: string): string {
  return typed.replaceAll('\r', '\n');
}

function recorded(item: Item, hidden: Hidden, clean: (text: string) => string): RecordedEvent[] {
  const { at } = item;
  if ('closes' in item) return [{ at, closes: true }];
  if ('typed' in item)
    return [{ at, types: typeof item.typed === 'string' ? clean(item.typed) : item.typed }];
  const shows = hidden.slice(item.from, item.to);
  return shows === '' ? [] : [{ at, shows }];
}

/** The last look before anything is written: by the same eyes that looked for the secrets, at what they left. */
function assertClean({ events, box, title = '' }: Recording, secrets: readonly string[]): void {
  const long = secrets.filter((secret) => secret.length >= shortestSecret);
  const shown = events.map(({ shows = '' }) => shows).join('');
  const typed = events.map(({ types }) => (typeof types === 'string' ? types : '')).join('\n');
  const isLeft = [shown, `${typed}\n${box}\n${title}`].some(
    (text) => findSecrets(readingsOf(text), long).length > 0,
  );
  const isKeyLeft = findKeys(readingsOf(asLines(typed))).length > 0;
  if (isLeft || isKeyLeft)
    throw new RunbookError('ENGINE_INTERNAL', 'A secret would stand in the recording; nothing was written.');
}

interface Told {
  readonly shown: string;
  readonly items: Item[];
  readonly typedSecrets: readonly string[];
  readonly prompts: readonly string[];
}

/** The dialogue says itself what is a secret: it types what the inventory holds. */
function byWalk(events: readonly ReadEvent[], secrets: readonly KnownSecret[]): Told {
  const terminal = new TerminalText();
  const items: Item[] = [];
  const prompts: string[] = [];
  let shown = '';
  for (const event of events) {
    const { at } = event;
    if ('shown' in event) {
      const from = shown.length;
      shown += event.shown;
      terminal.feed(event.shown);
      items.push({ at, from, to: shown.length });
    } else if ('typed' in event) {
      prompts.push(terminal.line);
      for (const line of linesOf(event.typed)) items.push({ at, typed: asTyped(line, secrets) });
    } else items.push({ at, closes: true });
  }
  return { shown, items, typedSecrets: [], prompts: [...prompts, terminal.line] };
}

/** Several lines may be typed in one go. */
function linesOf(typed: string): string[] {
  return typed.split(/(?<=[\r\n])(?=[^\r\n])/);
}

function asTyped(typed: string, secrets: readonly KnownSecret[]): RecordedTyping {
  const [, text = '', end = ''] = /^([^]*?)([\r\n]*)$/.exec(typed) ?? [];
  const name = nameOf(text, secrets);
  return name === 'unknown' ? typed : { secret: name, end };
}

/** A person's keys become lines, as the box showed them; the echo of a line is one piece behind it. */
function byHand(events: readonly ReadEvent[], secrets: readonly KnownSecret[]): Told {
  const lines = typedLines(events);
  const items: Item[] = [];
  const typedSecrets = secretsIn(lines);
  let shown = '';
  let echoFrom: number | undefined;
  let next = 0;
  events.forEach((event, index) => {
    const { at } = event;
    const open = lines[next];
    if ('shown' in event) {
      const from = shown.length;
      shown += event.shown;
      // Between the first key of a line and its last the box only echoes.
      if (open !== undefined && index > open.first && index < open.last) echoFrom ??= from;
      else items.push({ at, from, to: shown.length });
    } else if ('typed' in event) {
      for (let line = lines[next]; line !== undefined && line.last === index; line = lines[next]) {
        const { kind, text, end } = line;
        items.push({ at, typed: kind === 'screen' ? text + end : { secret: nameOf(text, secrets), end } });
        if (echoFrom !== undefined) items.push({ at, from: echoFrom, to: shown.length });
        echoFrom = undefined;
        next += 1;
      }
    } else items.push({ at, closes: true });
  });
  return { shown, items, typedSecrets, prompts: lines.map(({ prompt }) => prompt) };
}

/** Also what came in pieces: the first letters of a secret may be typed before the box asks for it. */
function secretsIn(lines: readonly TypedLine[]): string[] {
  const found: string[] = [];
  let pieces = '';
  for (const { kind, text, end } of lines) {
    if (kind === 'secret') found.push(text, pieces + text);
    pieces = kind === 'secret' && end === '' ? pieces + text : '';
  }
  return found;
}

function nameOf(text: string, secrets: readonly KnownSecret[]): SecretName {
  if (text === '') return 'unknown';
  // Where both are the same, what is asked for inside a session is sudo's.
  const names = secrets.flatMap(({ text: secret, name }) =>
    secret === text && name !== undefined ? [name] : [],
  );
  return names.includes('sudoPassword') ? 'sudoPassword' : (names[0] ?? 'unknown');
}
