import assert from 'node:assert/strict';
import { defineSearchAttributeKey } from '@temporalio/common';
import { needsPerson, type FleetDocument, type MemberState } from '../../workflows/contract.ts';
import { failWith, goodAnswers } from '../support/fake-world.ts';
import { memberOf, withFakeFleet } from '../support/fake-fleet.ts';
import { door } from '../support/told.ts';

const attention = defineSearchAttributeKey('NeedsAttention', 'BOOL');

const member = (document: FleetDocument, name: string): MemberState => {
  const found = document.members.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no member ${name}`);
  return found;
};

describe('a member that waits for its maintenance window', function () {
  this.timeout(120_000);

  it('needs nobody, and gives its place to the next', async () => {
    const answers = goodAnswers(2);
    const opens = new Date(Date.now() + 3_600_000).toISOString();
    const window = { kind: 'window', opens, lastStart: opens, closes: opens };
    const isRead = door();
    answers.maintenanceWindow = async (input) => {
      if (memberOf(input) === 'm1') return { facts: window };
      await isRead.opened;
      return failWith('INPUT_INVALID', 'no such zone');
    };
    const limits = { fmcs: 1, devices: 4, budget: 0 };
    await withFakeFleet(2, 2, answers, { limits, inputs: { proof: 'all' } }, async (fleet) => {
      const handle = await fleet.start();
      const needsAttention = async (): Promise<boolean | undefined> =>
        (await handle.describe()).typedSearchAttributes.get(attention);
      const resting = await fleet.until((state) => member(state, 'm2').status === 'running');
      const first = member(resting, 'm1');
      assert.deepEqual([first.status, first.restsUntil], ['running', opens]);
      assert.equal(resting.outcome, 'running');
      assert.equal(needsPerson(resting), false);
      assert.equal(member(resting, 'm2').lanes, 4, 'those of the first are free');
      assert.notEqual(await needsAttention(), true);
      // One whose windows cannot be read needs somebody.
      isRead.open();
      const asked = await fleet.until((state) => member(state, 'm2').asking > 0);
      assert.equal(needsPerson(asked), true);
      assert.equal(await needsAttention(), true);
      await fleet.tell('cancel', { reason: 'enough' });
      await fleet.result();
    });
  });
});
