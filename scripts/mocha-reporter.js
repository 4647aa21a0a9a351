import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** The usual report; the counts, and what failed and why, also in the file TEST_COUNTS_FILE. */
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
    });
  }
}
