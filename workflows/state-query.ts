import { defineQuery, setHandler, workflowInfo } from '@temporalio/workflow';
import { stateQuery, type DeviceDocument, type RunDocument, type StateChanges } from './contract.ts';

/**
 * Answers with the run as a document. Who asks again says how much of the history their last answer came from, and gets of the devices
 * only those that have changed since: of a thousand devices the whole document is half a megabyte. A worker that has the run
 * from its history anew does not know, and gives all of them.
 */
export function answerState(document: () => RunDocument, description: string): void {
  /** How long the history was when a row was first made; rows are kept until something in them changes. */
  const madeAt = new WeakMap<DeviceDocument, number>();
  setHandler(
    defineQuery<RunDocument | StateChanges, [mark?: string]>(stateQuery),
    (mark) => {
      const whole = document();
      const { historyLength: now, runId } = workflowInfo();
      for (const device of whole.devices) if (!madeAt.has(device)) madeAt.set(device, now);
      if (typeof mark !== 'string') return whole;
      const [run, length] = mark.split('/');
      const since = run === runId ? Number(length) : -1;
      const devices = whole.devices.filter((device) => (madeAt.get(device) ?? now) > since);
      return {
        mark: `${runId}/${String(now)}`,
        count: whole.devices.length,
        document: { ...whole, devices },
      };
    },
    { description },
  );
}
