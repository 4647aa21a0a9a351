import { Environment, Optional, serialize, type ASTNode, type ParseResult } from '@marcbachmann/cel-js';
import { RunbookError } from '../errors/index.ts';
import { millisecondsOf } from './duration.ts';
import type { Json, JsonObject } from './json.ts';
import { referencesOf, type Reference } from './references.ts';
import { splitTemplate, type TemplatePart } from './template.ts';

/**
 * Conditions and values of a runbook: CEL over facts. Pure and deterministic (no clock, no randomness, no Node module), so
 * that it may run inside a workflow.
 *
 * Beside standard CEL: whole and fractional numbers mix in `+ - * / %` (facts are JSON, which has one kind of number), and
 * `seconds("15m")` turns a duration as the runbook writes it into a number.
 */
const environment = makeEnvironment();

/** Expressions come from runbooks, so their number is small; parsed once per process. */
const parsed = new Map<string, ParseResult>();

/** Where an expression is wrong, found without evaluating it. */
export interface ExpressionFault {
  readonly message: string;
  /** 0-based, within the expression. */
  readonly offset: number;
}

/**
 * Whether a condition holds.
 * Throws STEP_ASSERT when it cannot be decided: a fact is missing (its path is named; `has(a.b)` asks without throwing), types
 * do not fit, or the result is not true or false. Never silently false.
 */
export function evaluateCondition(expression: string, facts: JsonObject): boolean {
  const value = evaluate(expression, facts);
  if (typeof value === 'boolean') return value;
  throw undecided(expression, `it gives ${describe(value)}, not true or false`);
}

/** As {@link evaluateCondition}; what cannot be decided does not hold. */
export function holds(expression: string, facts: JsonObject): boolean {
  try {
    return evaluateCondition(expression, facts);
  } catch {
    return false;
  }
}

/** The value of an expression as plain JSON; whole numbers become JSON numbers. Throws STEP_ASSERT as {@link evaluateCondition}. */
export function evaluateExpression(expression: string, facts: JsonObject): Json {
  return toJson(evaluate(expression, facts), expression);
}

/** Names joined by dots: most columns of a runbook. */
const plainPath = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$/;

/**
 * The value of an expression, or null where it cannot be told from these facts. Does not say why: over a thousand devices the
 * reasons would cost more than the values.
 */
export function valueOrNull(expression: string, facts: JsonObject): Json {
  if (plainPath.test(expression)) {
    let value: Json | undefined = facts;
    for (const key of expression.split('.')) {
      if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, key))
        return null;
      value = value[key];
    }
    return value === undefined ? null : toJson(value, expression);
  }
  try {
    return toJson(parse(expression)(facts), expression);
  } catch {
    return null;
  }
}

/**
 * A text with every `${expression}` replaced: lists become `a, b`, objects JSON, null `-`. `$${` stands for a literal `${`.
 * Throws STEP_ASSERT when a `${` is not closed or its expression cannot be evaluated.
 */
export function interpolate(text: string, facts: JsonObject): string {
  return wholeTemplate(text)
    .map((part) => (typeof part === 'string' ? part : show(evaluateExpression(part.expression, facts))))
    .join('');
}

/** As {@link interpolate}; the text as it stands where not all of it can be told from these facts. */
export function filledIn(text: string, facts: JsonObject): string {
  try {
    return interpolate(text, facts);
  } catch {
    return text;
  }
}

/**
 * Parameters with every `${expression}` in them resolved, in nested lists and objects too. A string that is exactly one
 * `${expression}` takes the type of its value; any other becomes text. Throws STEP_ASSERT as {@link interpolate}.
 */
export function resolveParams(params: Readonly<Record<string, unknown>>, facts: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(params).map(([key, value]) => [key, resolve(value, facts)]));
}

/** What is wrong with an expression: syntax, unknown functions, operators between literals that cannot fit. */
export function expressionFault(
  expression: string,
  options: { condition?: boolean } = {},
): ExpressionFault | undefined {
  let program: ParseResult;
  try {
    program = parse(expression);
  } catch (thrown) {
    return faultOf(thrown);
  }
  const checked = program.check();
  if (!checked.valid) return faultOf(checked.error);
  const type = checked.type ?? 'dyn';
  if (options.condition === true && type !== 'bool' && type !== 'dyn') {
    return { message: `gives ${type}, a condition must give true or false`, offset: 0 };
  }
  return undefined;
}

/** {@link expressionFault} as one line with the offset; undefined when nothing is wrong. */
export function checkExpression(expression: string): string | undefined {
  const fault = expressionFault(expression);
  return fault === undefined ? undefined : `${fault.message} (at offset ${fault.offset})`;
}

/** Every fact an expression reads, in order, with its place; throws a syntax error as {@link expressionFault} reports it. */
export function references(expression: string): Reference[] {
  return referencesOf(parse(expression).ast);
}

/** Every fact that the `${expression}` parts of parameters read, in nested lists and objects too. */
export function referencesIn(value: unknown): Reference[] {
  if (typeof value === 'string')
    return wholeTemplate(value).flatMap((part) =>
      typeof part === 'string' ? [] : references(part.expression),
    );
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(referencesIn) : [];
}

/** Names of the facts an expression reads, without repeats: `['manager.ca', 'inputs.proof', 'devices', 'devices[].look']`. */
export function referencedNames(expression: string): string[] {
  return [...new Set(references(expression).map((reference) => reference.name))];
}

/** The parts of a condition that must all hold, in normal form: `a && (b && c)` → `['a', 'b', 'c']`. */
export function conjuncts(expression: string): string[] {
  const walk = (node: ASTNode): string[] => (node.op === '&&' ? node.args.flatMap(walk) : [serialize(node)]);
  return walk(parse(expression).ast);
}

function makeEnvironment(): Environment {
  const made = new Environment({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
    enableOptionalTypes: true,
  });
  const mixed: Record<string, (a: number, b: number) => number> = {
    '+': (a, b) => a + b,
    '-': (a, b) => a - b,
    '*': (a, b) => a * b,
    '/': (a, b) => a / b,
    '%': (a, b) => a % b,
  };
  for (const [operator, apply] of Object.entries(mixed)) {
    const handler = (a: number | bigint, b: number | bigint): number => apply(Number(a), Number(b));
    made.registerOperator(`int ${operator} double: double`, handler);
    made.registerOperator(`double ${operator} int: double`, handler);
  }
  // Facts have no other kind of number than double, for which standard CEL defines no remainder.
  made.registerOperator('double % double: double', (a: number, b: number) => a % b);
  made.registerFunction('seconds(string): double', (text: string) => secondsOf(text));
  return made;
}

function secondsOf(duration: string): number {
  const milliseconds = millisecondsOf(duration);
  if (milliseconds === undefined)
    throw new RangeError(`"${duration}" is not a duration such as 90s, 15m, 4h, 2d`);
  return milliseconds / 1000;
}

function parse(expression: string): ParseResult {
  let program = parsed.get(expression);
  if (program === undefined) {
    program = environment.parse(expression);
    parsed.set(expression, program);
  }
  return program;
}

function evaluate(expression: string, facts: JsonObject): unknown {
  try {
    return parse(expression)(facts) as unknown;
  } catch (thrown) {
    throw undecided(expression, reasonOf(thrown), thrown);
  }
}

function undecided(expression: string, reason: string, cause?: unknown): RunbookError {
  return new RunbookError(
    'STEP_ASSERT',
    `The expression \`${expression}\` cannot be decided: ${reason}.`,
    {},
    { cause },
  );
}

interface CelFault {
  readonly code?: string;
  readonly summary?: string;
  readonly node?: ASTNode;
  readonly range?: { readonly start: number };
}

function reasonOf(thrown: unknown): string {
  const { code, summary, node } = thrown as CelFault;
  if (
    node !== undefined &&
    (code === 'no_such_key' || code === 'index_out_of_bounds' || code === 'unknown_variable')
  ) {
    return `${serialize(node)} is missing`;
  }
  return summary ?? (thrown instanceof Error ? thrown.message : String(thrown));
}

function faultOf(thrown: unknown): ExpressionFault {
  const { summary, range } = thrown as CelFault;
  return { message: summary ?? String(thrown), offset: range?.start ?? 0 };
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'bigint') return 'a number';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** A plain copy: facts are never handed out by reference, so that a result cannot change them. */
function toJson(value: unknown, expression: string): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return value;
    throw undecided(expression, `it gives ${value}`);
  }
  if (value instanceof Optional) return value.hasValue() ? toJson(value.value(), expression) : null;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value) || value instanceof Set) return [...value].map((item) => toJson(item, expression));
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([k, v]) => [String(k), toJson(v, expression)]));
  if (isPlain(value)) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([key, item]) => [key, toJson(item, expression)]),
    );
  }
  throw undecided(expression, 'its value is not text, number, true/false, list or object');
}

/** No class made it; what one made (a CEL duration, a type) is not JSON. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function resolve(value: unknown, facts: JsonObject): Json {
  if (typeof value === 'string') {
    const parts = wholeTemplate(value);
    const [only] = parts;
    if (parts.length === 1 && only !== undefined && typeof only !== 'string')
      return evaluateExpression(only.expression, facts);
    return interpolate(value, facts);
  }
  if (Array.isArray(value)) return value.map((item) => resolve(item, facts));
  if (value !== null && typeof value === 'object')
    return resolveParams(value as Record<string, unknown>, facts);
  return value as Json;
}

function wholeTemplate(text: string): readonly TemplatePart[] {
  const { parts, unclosedAt } = splitTemplate(text);
  if (unclosedAt === undefined) return parts;
  throw undecided(text.slice(unclosedAt), '`${` is not closed by `}`');
}

function show(value: Json): string {
  if (value === null) return '-';
  if (Array.isArray(value)) return value.map(show).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
