'use strict';
/** Runs first in the workflow thread, see workflow-thread.ts. */
const v8 = require('node:v8');
const vm = require('node:vm');

// Node's own hooks have more than the two of the SDK, which goes on without: its `__stack_trace` query then says that there are none.
const { createHook } = v8.promiseHooks;
v8.promiseHooks.createHook = (hooks) => {
  if (hooks.before === undefined && hooks.after === undefined) throw new Error('no stack traces of promises');
  return createHook(hooks);
};
const { warn } = console;
console.warn = (text, ...rest) => {
  if (!String(text).startsWith('v8.promiseHooks.createHook is not available')) warn(text, ...rest);
};

// A timeout is a thread of its own, begun and ended with each call into the sandbox; an activation takes five such calls.
const { runInContext } = vm.Script.prototype;
vm.Script.prototype.runInContext = function withoutWatchdog(context, options = {}) {
  const { timeout: _timeout, ...rest } = options;
  return runInContext.call(this, context, rest);
};
