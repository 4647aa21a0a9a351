import {
  CancellationScope,
  defineSignal,
  getExternalWorkflowHandle,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { JsonObject } from '../language/json.ts';
import {
  deviceNewsSignal,
  pauseSignal,
  resumeSignal,
  stopSignal,
  type DeviceInput,
  type DeviceNews,
  type DeviceResult,
  type DeviceStatus,
  type Finding,
  type KnownFault,
  type Pause,
} from './contract.ts';
import { createDesk } from './desk.ts';
import { addFinding, boxFacts } from './run-state.ts';
import { runSteps, type StepContext, type StepEnd } from './steps/index.ts';

/**
 * Takes one device through one stage. A failed step parks with a question; other devices carry on. The run ends only when the
 * device is done, left out by a person, or the whole run is being cancelled.
 */
export async function deviceRun(input: DeviceInput): Promise<DeviceResult> {
  const facts: JsonObject = { ...input.deviceFacts };
  const made: JsonObject = {};
  const findings: Finding[] = [];
  const faults = new Map<string, KnownFault>();
  const attempts = new Map<string, number>();
  let status: DeviceStatus = 'running';
  let phase = input.phase;
  let step = '';
  const mark = input.mark ?? '';

  const desk = createDesk(() => {
    tell();
  });
  const parent = workflowInfo().parent;
  let told = '';
  let number = 0;
  const tell = (): void => {
    status = desk.open().length > 0 ? 'parked' : 'running';
    const isPaused = desk.paused() !== undefined;
    const news: DeviceNews = {
      uuid: input.device.uuid ?? '',
      manager: input.manager.uuid ?? '',
      status,
      phase,
      step,
      facts: { ...made },
      questions: desk.open(),
      ...(faults.size === 0 ? {} : { faults: [...faults.values()] }),
      decisions: desk.decisions(),
      held: desk.held(),
    };
    const text = JSON.stringify([
      news.status,
      news.phase,
      input.chatty || isPaused ? news.step : '',
      news.questions.map((question) => question.id),
      ...(isPaused ? ['paused', news.held] : []),
    ]);
    if (parent === undefined || text === told) return;
    if (!input.chatty && !isPaused && news.status === 'running' && told === '') return;
    told = text;
    number += 1;
    // A parent that is closed already does not need to hear it.
    getExternalWorkflowHandle(parent.workflowId)
      .signal(deviceNewsSignal, { ...news, number } satisfies DeviceNews)
      .catch(() => undefined);
  };
  setHandler(defineSignal(stopSignal), () => {
    desk.stop('the run');
  });
  setHandler(defineSignal<[Pause]>(pauseSignal), (pause) => {
    desk.pause(pause);
  });
  setHandler(defineSignal(resumeSignal), () => {
    desk.resume();
  });
  CancellationScope.current().cancelRequested.catch(() => {
    desk.stop('cancel request');
  });

  const context: StepContext = {
    mode: 'run',
    stage: input.stage,
    mark,
    target: input.device,
    isDevice: true,
    onFailure: 'park',
    desk,
    startedBy: input.startedBy,
    facts: () => ({
      inputs: input.options.inputs,
      entries: [],
      manager: { ...input.managerFacts, ...boxFacts(input.manager) },
      managers: [...(input.managers ?? [])],
      device: {
        ...facts,
        ...made,
        ...boxFacts(input.device),
        status,
        phase,
      },
    }),
    setFacts: (id, value) => {
      made[id] = value;
    },
    finding: (finding) => {
      addFinding({ findings, sides: [] }, finding);
    },
    knownFault: (fault) => {
      faults.set(fault.id, fault);
    },
    enterPhase: (next) => {
      phase = next;
      tell();
    },
    boxState: () => input.runbook.phases.find((candidate) => candidate.id === phase)?.ifStopped ?? '',
    report: (state) => {
      step = state.path;
      tell();
    },
    envelope: (stepId) => ({
      run: input.run,
      inventory: input.inventory,
      target: input.device,
      manager: input.manager,
      ...(input.options.settings === undefined ? {} : { settings: input.options.settings }),
      step: `${input.stage.id}${mark}/${stepId}`,
    }),
    nextAttempt: (stepId) => {
      const attempt = (attempts.get(stepId) ?? 0) + 1;
      attempts.set(stepId, attempt);
      return attempt;
    },
  };

  const end: StepEnd = await CancellationScope.nonCancellable(() => runSteps(input.stage.steps, context));
  const { status: last, note } = closing(end);
  return {
    status: last,
    phase,
    facts: made,
    note,
    decisions: desk.decisions(),
    findings,
    ...(faults.size === 0 ? {} : { faults: [...faults.values()] }),
  };
}

function closing(end: StepEnd): { status: DeviceStatus; note: string | null } {
  switch (end.end) {
    case 'next':
    case 'back':
      return { status: 'done', note: null };
    case 'skipped':
      return { status: 'skipped', note: end.note };
    case 'refused':
      return { status: 'needs-hands', note: end.note };
    case 'stopped':
      return {
        status: 'needs-hands',
        note: `The run was cancelled before this device was finished.${end.note === undefined ? '' : ` It stood at: ${end.note}`}`,
      };
  }
}
