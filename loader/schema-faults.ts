import type { z } from 'zod';
import { didYouMean } from '../language/index.ts';
import type { PlacedFault } from './yaml-source.ts';

type ZodIssue = z.core.$ZodIssue;
type Path = readonly (string | number)[];

/** Decides for a union which branch the writer meant: gives the schema to check against, or the fault itself. */
export type UnionReader = (value: unknown, path: Path) => z.ZodType | string | undefined;

export interface FaultOptions {
  readonly readUnion?: UnionReader;
  /** Values of the file may be quoted in messages; false for a file in which a secret may stand by mistake. Default true. */
  readonly quote?: boolean;
}

/** What a schema says of data, in words for the person who wrote the file. Empty when the data fits. */
export function schemaFaults(schema: z.ZodType, value: unknown, options: FaultOptions = {}): PlacedFault[] {
  const result = schema.safeParse(value);
  if (result.success) return [];
  const { readUnion = () => undefined, quote = true } = options;
  return result.error.issues.flatMap((issue) => worded(issue, { schema, value, readUnion, quote, base: [] }));
}

/** `until`, `hostKeys[0]`: the nearest key, with what stands in its list. */
function nameOf(path: Path): string {
  const key = path.findLastIndex((part) => typeof part === 'string');
  if (key === -1) return 'the file';
  return `${String(path[key])}${path
    .slice(key + 1)
    .map((index) => `[${index}]`)
    .join('')}`;
}

interface Reading {
  readonly schema: z.ZodType;
  readonly value: unknown;
  readonly readUnion: UnionReader;
  readonly quote: boolean;
  readonly base: Path;
}

function worded(issue: ZodIssue, reading: Reading): PlacedFault[] {
  const inner = issue.path.filter((key) => typeof key !== 'symbol');
  const path = [...reading.base, ...inner];
  const value = valueAt(reading.value, inner);
  const name = nameOf(path);
  if (value === undefined && issue.code !== 'unrecognized_keys')
    return [{ path, message: `${name} is missing` }];
  switch (issue.code) {
    case 'unrecognized_keys': {
      // zod settles a union by itself where just one branch comes near; the writer's branch still says which keys are known.
      const meant = reading.readUnion(value, path);
      if (typeof meant === 'string') return [{ path, message: meant }];
      const known = meant === undefined ? keysAt(reading.schema, inner) : keysAt(meant, []);
      return issue.keys.map((key) => ({
        path: [...path, key],
        atKey: true as const,
        message: `unknown key "${key}"`,
        hint: didYouMean(key, known) ?? `known keys: ${[...known].join(', ')}`,
      }));
    }
    case 'invalid_type':
      return [{ path, message: `${name} must be ${typeWord(issue.expected)}, this is ${kindOf(value)}` }];
    case 'invalid_value':
      return [oneOf(path, name, quoted(value, reading), issue.values)];
    case 'invalid_format':
      return [{ path, message: `${name}: ${quoted(value, reading)} is not valid`, hint: issue.message }];
    case 'too_small':
      return [{ path, message: `${name} ${sizeWord('at least', issue.minimum, issue.origin)}` }];
    case 'too_big':
      return [{ path, message: `${name} ${sizeWord('at most', issue.maximum, issue.origin)}` }];
    case 'invalid_union':
      return unionFaults(issue, value, path, reading);
    default:
      return [{ path, message: `${name}: ${issue.message}` }];
  }
}

function unionFaults(
  issue: Extract<ZodIssue, { code: 'invalid_union' }>,
  value: unknown,
  path: Path,
  reading: Reading,
): PlacedFault[] {
  const meant = reading.readUnion(value, path);
  if (typeof meant === 'string') return [{ path, message: meant }];
  if (meant !== undefined) {
    const result = meant.safeParse(value);
    const issues = result.success ? [] : result.error.issues;
    return issues.flatMap((inner) => worded(inner, { ...reading, schema: meant, value, base: path }));
  }
  const branches = issue.errors.map((errors) => errors[0]).filter((first) => first !== undefined);
  const values = branches.flatMap((first) => (first.code === 'invalid_value' ? first.values : []));
  if (values.length > 0) return [oneOf(path, nameOf(path), quoted(value, reading), values)];
  const types = branches.flatMap((first) => (first.code === 'invalid_type' ? typeWord(first.expected) : []));
  return [
    {
      path,
      message: `${nameOf(path)} must be ${[...new Set(types)].join(' or ')}, this is ${kindOf(value)}`,
    },
  ];
}

function oneOf(path: Path, name: string, value: string, values: readonly unknown[]): PlacedFault {
  const texts = values.map(String);
  const hint = didYouMean(value.replace(/^"|"$/g, ''), texts);
  const message = `${name} must be ${texts.length === 1 ? '' : 'one of '}${texts.join(', ')}, this is ${value}`;
  return { path, message, ...(hint === undefined ? {} : { hint }) };
}

function quoted(value: unknown, { quote }: Reading): string {
  if (!quote || (typeof value === 'object' && value !== null)) return kindOf(value);
  if (typeof value !== 'string') return String(value);
  return `"${value.length > 60 ? `${value.slice(0, 60)}…` : value}"`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  const words: Record<string, string> = {
    string: 'a text',
    number: 'a number',
    boolean: 'true or false',
    object: 'a block of keys',
  };
  return words[typeof value] ?? typeof value;
}

function typeWord(expected: string): string {
  const words: Record<string, string> = {
    string: 'a text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a block of keys',
    record: 'a block of keys',
  };
  return words[expected] ?? expected;
}

function sizeWord(bound: 'at least' | 'at most', limit: number | bigint, origin: string): string {
  if (origin === 'string')
    return limit === 1n || limit === 1 ? 'must not be empty' : `must have ${bound} ${limit} characters`;
  if (origin === 'array' || origin === 'set')
    return `must have ${bound} ${limit} ${Number(limit) === 1 ? 'entry' : 'entries'}`;
  return `must be ${bound} ${limit}`;
}

function valueAt(value: unknown, path: Path): unknown {
  let at: unknown = value;
  for (const key of path) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string | number, unknown>)[key];
  }
  return at;
}

/** Keys that the schema knows at a path; where it is a union, those of all branches. */
function keysAt(schema: z.core.$ZodType, path: Path): ReadonlySet<string> {
  const def = (schema as z.ZodType).def as {
    type: string;
    innerType?: z.core.$ZodType;
    element?: z.core.$ZodType;
    valueType?: z.core.$ZodType;
    options?: z.core.$ZodType[];
    shape?: Record<string, z.core.$ZodType>;
  };
  const [key, ...rest] = path;
  if (def.options !== undefined) return new Set(def.options.flatMap((option) => [...keysAt(option, path)]));
  if (def.innerType !== undefined) return keysAt(def.innerType, path);
  if (key === undefined) return new Set(Object.keys(def.shape ?? {}));
  const next = def.shape?.[String(key)] ?? def.element ?? def.valueType;
  return next === undefined ? new Set() : keysAt(next, rest);
}
