import { writeSync } from 'node:fs';

/** Prints the one JSON document of a command. Synchronous, so that a following exit cannot cut it off in a pipe. */
export function printJson(
  document: unknown,
  options: { readonly oneLine?: boolean; readonly fd?: number } = {},
): void {
  let rest = Buffer.from(`${JSON.stringify(document, undefined, options.oneLine === true ? 0 : 2)}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(options.fd ?? 1, rest));
    } catch (thrown) {
      const code = (thrown as NodeJS.ErrnoException).code;
      if (code === 'EPIPE') return;
      // A pipe whose reader is slow: its buffer is full for the moment.
      if (code !== 'EAGAIN') throw thrown;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
