import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** The usual report, and the counts in the file TEST_COUNTS_FILE. */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures } = this.stats;
      const file = process.env.TEST_COUNTS_FILE;
      if (file !== undefined) writeFileSync(file, JSON.stringify({ passed: passes, failed: failures }));
    });
  }
}
