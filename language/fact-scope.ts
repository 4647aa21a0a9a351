import { expressionFault, references } from './condition.ts';
import { didYouMean } from './nearest.ts';
import type { Reference } from './references.ts';

/** What is known at one place of a runbook. */
export interface FactScope {
  readonly inputs: ReadonlySet<string>;
  /** Ids of the steps that have made facts on the manager; undefined where there is no manager yet. */
  readonly manager?: ReadonlySet<string>;
  /** The same for one device; undefined outside of device stages. */
  readonly device?: ReadonlySet<string>;
  /** The same for `devices[]`; undefined where the devices are not known. */
  readonly devices?: ReadonlySet<string>;
  /** The runbook knows no managers at all. */
  readonly noManager?: boolean;
  /** Path of each step that makes facts anywhere in the runbook, by step id. */
  readonly makers: ReadonlyMap<string, string>;
}

/** A fault of one expression. */
export interface ScopeFault {
  readonly message: string;
  readonly hint?: string;
  /** 0-based, within the expression. */
  readonly offset: number;
}

/** What every box has without a step: see TargetRef in workflows/contract.ts and deviceFacts in run-state.ts. */
export const boxFacts = ['name', 'uuid', 'address', 'entry', 'family', 'site'] as const;
export const deviceFacts = [...boxFacts, 'status', 'phase', 'note'] as const;

const noManager = 'this runbook has no manager, see families';

/** Everything wrong with an expression at this place: syntax, types, and facts that nobody has made yet. */
export function checkInScope(
  expression: string,
  scope: FactScope,
  options: { condition?: boolean } = {},
): ScopeFault[] {
  const fault = expressionFault(expression, options);
  if (fault !== undefined) return [fault];
  const seen = new Set<string>();
  return references(expression)
    .filter((reference) => !seen.has(reference.name) && seen.add(reference.name))
    .flatMap((reference) => checkReference(reference, scope) ?? []);
}

function checkReference(reference: Reference, scope: FactScope): ScopeFault | undefined {
  const { root, key, offset, name } = reference;
  switch (root) {
    case 'entries':
      return undefined;
    case 'inputs':
      return key === undefined || scope.inputs.has(key)
        ? undefined
        : fault(offset, `${name}: the runbook has no input "${key}"`, didYouMean(key, scope.inputs));
    case 'manager':
      return checkFact(
        reference,
        scope.manager,
        boxFacts,
        scope.noManager === true ? noManager : 'there is no manager before the first stage on manager',
        scope,
      );
    case 'device':
      return checkFact(
        reference,
        scope.device,
        deviceFacts,
        'only a stage on devices has one device; use devices',
        scope,
      );
    case 'managers':
      return checkFact(
        reference,
        scope.manager,
        boxFacts,
        scope.noManager === true ? noManager : 'the managers are not known before the first stage on manager',
        scope,
      );
    case 'devices':
      return checkFact(
        reference,
        scope.devices,
        deviceFacts,
        'the devices are not known before the first stage on manager or devices',
        scope,
      );
    default:
      return fault(
        offset,
        `"${root}" is not known here: facts begin with ${roots(scope).join(', ')}`,
        rootHint(root, scope),
      );
  }
}

function checkFact(
  { root, key, each, name, offset }: Reference,
  made: ReadonlySet<string> | undefined,
  builtIn: readonly string[],
  whyAbsent: string,
  scope: FactScope,
): ScopeFault | undefined {
  if (made === undefined) return fault(offset, `${name}: ${whyAbsent}`);
  // `devices[0]` and `devices` itself are the list; only what is read from each element can be checked.
  const isList = root === 'devices' || root === 'managers';
  if (key === undefined || (isList && each !== true)) return undefined;
  if (made.has(key) || builtIn.includes(key)) return undefined;
  const maker = scope.makers.get(key);
  return maker === undefined
    ? fault(
        offset,
        `${name}: no step "${key}" makes this fact`,
        didYouMean(key, [...made, ...builtIn]) ?? hyphenHint(root, key, made),
      )
    : fault(offset, `${name}: the fact is not there yet, step ${maker} makes it`, 'move this step after it');
}

function roots(scope: FactScope): string[] {
  const known = ['inputs', 'entries'];
  if (scope.manager !== undefined) known.push('manager', 'managers');
  if (scope.device !== undefined) known.push('device');
  if (scope.devices !== undefined) known.push('devices');
  return known;
}

/** `manager.check-tasks.clear` is read as `manager.check - tasks.clear`; both halves are then unknown. */
function hyphenHint(root: string, key: string, made: ReadonlySet<string>): string | undefined {
  const meant = [...made].find((id) => id.startsWith(`${key}-`));
  return meant === undefined ? undefined : `a name with a hyphen is written ${root}["${meant}"]`;
}

function rootHint(root: string, scope: FactScope): string | undefined {
  const meant = [...scope.makers.keys()].find((id) => id.endsWith(`-${root}`));
  return meant === undefined
    ? didYouMean(root, roots(scope))
    : `a name with a hyphen is written manager["${meant}"]`;
}

function fault(offset: number, message: string, hint?: string): ScopeFault {
  return { message, offset, ...(hint === undefined ? {} : { hint }) };
}
