import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

const patienceMs = 60_000;

/**
 * The usual report; the counts, and what failed and why, also in the file TEST_COUNTS_FILE. What a test has left open must not keep
 * the suite from its end for ever: that is then a failure.
 */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const red = [];
    runner.on('fail', (test, error) => {
      red.push({ test: test.fullTitle(), why: String(error?.stack ?? error) });
    });
    runner.once('end', () => {
      const { passes, failures } = this.stats;
      const file = process.env.TEST_COUNTS_FILE;
      if (file !== undefined) writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, red }));
      setTimeout(() => {
        process.stderr.write('Still alive a minute after the last test: something was left open.\n');
        // Mocha sets the code when the process ends; this comes after it.
        process.once('exit', () => {
          process.exitCode = 1;
        });
        process.exit();
      }, patienceMs).unref();
    });
  }
}
