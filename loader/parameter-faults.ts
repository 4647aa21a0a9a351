import type { z } from 'zod';
import { isActionName, list, record } from '../language/index.ts';
import { literal, parameters } from '../language/parameters.ts';
import { schemaFaults } from './schema-faults.ts';
import type { PlacedFault } from './yaml-source.ts';

type Path = readonly (string | number)[];

/** What is wrong with the parameters of actions that say what they take; where an `${expression}` stands only the run can tell. */
export function parameterFaults(runbook: unknown): PlacedFault[] {
  return ['stages', 'atEnd'].flatMap((key) =>
    list(record(runbook)[key]).flatMap((stage, at) =>
      list(record(stage)['steps']).flatMap((step, index) => faultsOfStep(step, [key, at, 'steps', index])),
    ),
  );
}

function faultsOfStep(step: unknown, path: Path): PlacedFault[] {
  const own = record(step);
  const check = record(own['check']);
  return [
    ...faultsOf(own['do'] ?? own['poll'], own['with'], path),
    ...faultsOf(check['do'], check['with'], [...path, 'check']),
  ];
}

function faultsOf(action: unknown, given: unknown = {}, path: Path): PlacedFault[] {
  if (typeof action !== 'string' || !isActionName(action)) return [];
  const schema: z.ZodType | undefined = parameters[action];
  if (schema === undefined) return [];
  return schemaFaults(schema, given)
    .filter((fault) => literal.has(String(fault.path[0])) || !isExpression(given, fault.path))
    .map((fault) => ({ ...fault, path: [...path, 'with', ...fault.path] }));
}

/** The value at the path, or one around it, is text with an expression in it. */
function isExpression(value: unknown, path: Path): boolean {
  let at = value;
  for (const key of ['', ...path]) {
    if (key !== '') at = Array.isArray(at) ? (at as unknown[])[Number(key)] : record(at)[key];
    if (typeof at === 'string' && at.includes('${')) return true;
  }
  return false;
}
