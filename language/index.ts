export {
  actions,
  actionSpec,
  isActionName,
  type ActionName,
  type ActionSpec,
  type Scope,
} from './actions.ts';
export { durationMs, millisecondsOf, spanText } from './duration.ts';
export type { Effect } from './effect.ts';
export type { Json, JsonObject } from './json.ts';
export type {
  ApproveStep,
  AssertStep,
  DoStep,
  InputSpec,
  ManualStep,
  Rollout,
  Runbook,
  Stage,
  Step,
  WaitStep,
} from './runbook.ts';
export {
  checkExpression,
  evaluateCondition,
  evaluateExpression,
  interpolate,
  referencedNames,
  resolveParams,
} from './condition.ts';
export { inputNamed, readAmount, readWaves, type Amount } from './rollout.ts';
export { list, record } from './lenient.ts';
export { didYouMean } from './nearest.ts';
export { validateRunbook, type RunbookFault } from './validate.ts';
