import { CancellationScope, setHandler, defineQuery, workflowInfo } from '@temporalio/workflow';
import type { JsonObject } from '../language/json.ts';
import type { Stage, Step } from '../language/runbook.ts';
import {
  stateQuery,
  type Plan,
  type PlanInput,
  type PlannedStep,
  type RunDocument,
  type TargetRef,
} from './contract.ts';
import { createDesk } from './desk.ts';
import { runDocument } from './document.ts';
import { evaluateCondition, interpolate } from '../language/condition.ts';
import { nowIso } from './instant.ts';
import { columns, createRunState, deviceView, forbidding, managerView, tryEvaluate } from './run-state.ts';
import {
  runEntriesStage,
  runManagerSteps,
  runReadingDeviceStage,
  isReadOnly,
  type Execution,
} from './stages.ts';
import { stepEffect, stepTitle } from './steps/index.ts';

/** Input of a plan: the entries come from the client, which has read the inventory already. */
export type PlanWorkflowInput = PlanInput & { readonly entries: readonly TargetRef[] };

/**
 * Looks at every box and says what a run would do to each. Executes every read step up to the first step that changes something
 * or asks a person, and changes nothing.
 */
export async function planRunbook(input: PlanWorkflowInput): Promise<Plan> {
  const startedAt = nowIso();
  const state = createRunState(input);
  const desk = createDesk(() => undefined);
  const info = workflowInfo();
  const execution: Execution = {
    mode: 'plan',
    input,
    run: { workflowId: info.workflowId, runId: info.firstExecutionRunId },
    state,
    desk,
    startedBy: undefined,
    changed: false,
    onChange: () => undefined,
  };
  setHandler(
    defineQuery<RunDocument>(stateQuery),
    () => runDocument(execution, { startedAt, outcome: 'running', leftToDo: [] }),
    { description: 'Where the plan stands' },
  );
  CancellationScope.current().cancelRequested.catch(() => {
    desk.stop('cancel request');
  });

  const planned: PlannedStep[] = [];
  let isPlanning = false;
  for (const stage of input.runbook.stages) {
    state.stage = stage.id;
    const box = stage.on === 'manager' ? (state.manager?.name ?? 'the manager') : 'each device';
    if (isPlanning || desk.stopped()) {
      planned.push(...stage.steps.map((step) => plannedStep(execution, stage, step, box)));
      continue;
    }
    if (stage.on === 'entries') {
      await runEntriesStage(execution, stage, input.entries);
      planned.push(...stage.steps.map((step) => seen(stage, step, 'every entry')));
      isPlanning = state.manager === undefined;
      continue;
    }
    if (stage.on === 'devices') {
      if (isReadOnly(stage)) {
        await runReadingDeviceStage(execution, stage);
        planned.push(...stage.steps.map((step) => seen(stage, step, box)));
      } else {
        isPlanning = true;
        planned.push(...stage.steps.map((step) => plannedStep(execution, stage, step, box)));
      }
      continue;
    }
    const firstChange = stage.steps.findIndex((step) => stepEffect(step) !== 'read');
    const looks = firstChange < 0 ? stage.steps : stage.steps.slice(0, firstChange);
    const end =
      looks.length === 0 ? ({ end: 'next' } as const) : await runManagerSteps(execution, stage, looks);
    for (const step of looks) {
      const status = state.steps.get(`${stage.id}/${step.id}`);
      planned.push({
        ...seen(stage, step, box),
        status: status?.status === 'not-needed' ? 'not-needed' : 'seen',
        ...(status?.note === undefined ? {} : { note: status.note }),
      });
    }
    planned.push(...stage.steps.slice(looks.length).map((step) => plannedStep(execution, stage, step, box)));
    isPlanning = firstChange >= 0 || end.end !== 'next';
  }
  return makePlan(execution, info.workflowId, planned);
}

function seen(stage: Stage, step: Step, box: string): PlannedStep {
  return {
    path: `${stage.id}/${step.id}`,
    title: stepTitle(step, box),
    effect: stepEffect(step),
    status: 'seen',
  };
}

/** A step that was not executed: planned, unless its conditions can be told to be false already. */
function plannedStep(execution: Execution, stage: Stage, step: Step, box: string): PlannedStep {
  const facts = managerView(execution.state);
  const isOff = [stage.on === 'manager' ? stage.when : undefined, step.when].some((when) => {
    if (when === undefined) return false;
    try {
      return !evaluateCondition(when, facts);
    } catch {
      return false;
    }
  });
  return {
    path: `${stage.id}/${step.id}`,
    title: filledIn(stepTitle(step, box), facts),
    effect: stepEffect(step),
    status: isOff ? 'not-needed' : 'planned',
  };
}

/** A title with its values, where they are known before anything was done. */
function filledIn(title: string, facts: JsonObject): string {
  try {
    return interpolate(title, facts);
  } catch {
    return title;
  }
}

function makePlan(execution: Execution, planWorkflowId: string, steps: PlannedStep[]): Plan {
  const { state, input } = execution;
  const facts = managerView(state);
  const manager = state.manager ?? { name: '(none)', address: '' };
  return {
    schemaVersion: 1,
    kind: 'plan',
    runbook: { name: input.runbook.name, version: input.runbook.version, digest: input.runbookDigest },
    inventory: input.inventory,
    madeAt: nowIso(),
    planWorkflowId,
    runId: `${input.runbook.idPrefix ?? input.runbook.name}/${manager.uuid ?? manager.name}`,
    manager: { ...manager, columns: columns(input.runbook.columns.manager, facts) },
    entries: state.entries.map((entry) => entry as JsonObject & TargetRef),
    steps,
    devices: [...state.devices.values()].map((track) => ({
      uuid: track.target.uuid ?? '',
      name: track.target.name,
      address: track.target.address,
      columns: columns(input.runbook.columns.device, deviceView(state, track)),
      findings: state.findings.filter(
        (finding) => finding.uuid !== undefined && finding.uuid === track.target.uuid,
      ),
    })),
    findings: state.findings,
    drift: input.runbook.drift.map((expression) => tryEvaluate(expression, facts)),
    inputs: input.options.inputs,
    runnable: state.manager !== undefined && forbidding(state.findings, input.options.accepted).length === 0,
  };
}
