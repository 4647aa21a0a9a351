export { deviceRun } from './device-run.ts';
export { fleetRun } from './fleet-run.ts';
export { planRunbook } from './plan-runbook.ts';
export { runRunbook } from './run-runbook.ts';
