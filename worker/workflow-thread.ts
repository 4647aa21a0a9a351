import threads from 'node:worker_threads';
import { fileURLToPath } from 'node:url';

const preload = fileURLToPath(new URL('./workflow-thread-preload.cjs', import.meta.url));
let isPrepared = false;

/**
 * Has the SDK start its workflow thread our way; it offers no option for it. Without: for each promise of a workflow a stack trace is
 * taken and looked up in the source map, and each call into the sandbox begins and ends a thread that watches the time. Both together
 * cost more than what our workflows do. Nor does the thread need the loader that the process was started with.
 * Call it before a worker is created; repeating it changes nothing.
 */
export function prepareWorkflowThread(): void {
  if (isPrepared) return;
  isPrepared = true;
  const { Worker } = threads;
  class WorkflowThread extends Worker {
    constructor(filename: string | URL, options: threads.WorkerOptions = {}) {
      const isOurs = String(filename).endsWith('workflow-worker-thread.js');
      super(filename, isOurs ? { ...options, execArgv: ['--require', preload] } : options);
    }
  }
  threads.Worker = WorkflowThread;
}
