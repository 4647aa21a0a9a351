import { checkInScope, type FactScope } from '../fact-scope.ts';
import { isRecord, text } from '../lenient.ts';
import { splitTemplate } from '../template.ts';
import type { Path, Walk } from './walk.ts';

export function checkCondition(value: unknown, path: Path, scope: FactScope, walk: Walk): void {
  checkValue(value, path, scope, walk, { condition: true });
}

export function checkValue(
  value: unknown,
  path: Path,
  scope: FactScope,
  walk: Walk,
  options: { condition?: boolean } = {},
): void {
  const expression = text(value);
  if (expression === undefined || expression === '') return;
  walk.faults.push(...checkInScope(expression, scope, options).map((fault) => ({ path, ...fault })));
}

/** A text, or a tree of parameters with texts in it. */
export function checkTemplate(value: unknown, path: Path, scope: FactScope, walk: Walk): void {
  if (Array.isArray(value))
    value.forEach((item, index) => checkTemplate(item, [...path, index], scope, walk));
  else if (isRecord(value))
    for (const [key, item] of Object.entries(value)) checkTemplate(item, [...path, key], scope, walk);
  if (typeof value !== 'string') return;
  const { parts, unclosedAt } = splitTemplate(value);
  if (unclosedAt !== undefined) {
    walk.faults.push({
      path,
      offset: unclosedAt,
      message: '`${` is not closed by `}`',
      hint: 'a literal ${ is written $${',
    });
  }
  for (const part of parts) {
    if (typeof part === 'string') continue;
    const faults = checkInScope(part.expression, scope);
    walk.faults.push(...faults.map((fault) => ({ path, ...fault, offset: fault.offset + part.offset })));
  }
}
