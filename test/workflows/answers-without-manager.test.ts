/** Answers to the questions of devices, by question and by device, where a run has no manager; and to those of a person's work. */
import assert from 'node:assert/strict';
import { checkRunbook } from '../../loader/index.ts';
import type { Plan, RunDocument, RunInput } from '../../workflows/contract.ts';
import { entriesOf, goodAnswers, renewalInput, withFakeWorld } from '../support/fake-world.ts';
import { called, closed, tell } from '../support/told.ts';
import { uniqueName } from '../support/temporal.ts';

const text = `
apiVersion: runbook/v1
name: exchange
version: 1
title: Exchange something on boxes that nobody manages
families: { device: cisco-ftd }
columns: { device: {} }
phases:
  - { id: seen, title: seen, ifStopped: Nothing has been changed. }
  - { id: done, title: done, ifStopped: It is done. }
stages:
  - id: identify
    title: Ask every box what it is
    on: entries
    steps: [{ id: who, do: identifyEntry }]
  - id: exchange
    title: Exchange it
    on: devices
    steps:
      - { id: go, title: May it be exchanged?, covers: extra, approve: 'Exchange it on \${device.name}.' }
      - id: plug
        title: The plug is in
        manual: 'Put the plug into \${device.name}.'
        check: { do: observe, until: device.plug.status == 0, with: { command: plugged, anyStatus: true } }
      - { id: change, title: Exchange it, do: runCommand, phase: done, with: { command: exchange, repeatable: true } }
`;

describe('a run without a manager', function () {
  this.timeout(120_000);

  it('takes answers to the questions of its devices, by question and by device', async () => {
    const checked = checkRunbook(text, 'exchange.yaml');
    assert.ok(checked.ok, JSON.stringify(checked));
    const plugged = new Set<string>();
    const answers = goodAnswers(2);
    answers.observe = ({ target }) => ({ facts: { status: plugged.has(target?.name ?? '') ? 0 : 1 } });
    await withFakeWorld(2, answers, async (world) => {
      const { client } = world.server;
      const base = {
        ...renewalInput(8),
        runbook: checked.runbook,
        runbookDigest: checked.digest,
        options: { inputs: {}, accepted: [], lanes: 8 },
      };
      const plan = await client.workflow.execute('planRunbook', {
        taskQueue: world.queue,
        workflowId: uniqueName('plan'),
        args: [{ ...base, entries: entriesOf(2).slice(1) }],
      });
      const input: RunInput = {
        ...base,
        plan: plan as Plan,
        startedBy: { identity: 'tester', approval: 'unattended' },
      };
      const id = uniqueName('exchange');
      await client.workflow.start('runRunbook', {
        taskQueue: world.queue,
        workflowId: id,
        args: [input],
      });
      const asks = (kind: string): Promise<RunDocument> =>
        world.until(
          id,
          ({ questions }) => questions.length === 2 && questions.every((one) => one.kind === kind),
        );

      const { questions } = await asks('approve');
      const first = questions.find(({ box }) => box === 'ftd-1')?.id ?? '';
      const yes = await tell(world, id, 'approve', { question: first });
      assert.deepEqual([yes.accepted, yes.boxes], [true, ['ftd-1']], yes.text);
      const other = await tell(world, id, 'approve', { device: 'ftd-2' });
      assert.deepEqual([other.accepted, other.boxes], [true, ['ftd-2']], other.text);

      await asks('manual');
      assert.equal(called(world, 'runCommand'), 0);
      plugged.add('ftd-1').add('ftd-2');
      for (const device of ['ftd-1', 'ftd-2']) {
        const looked = await tell(world, id, 'retry', { device });
        assert.deepEqual([looked.accepted, looked.boxes], [true, [device]], looked.text);
      }
      const document = await closed(world, id);
      assert.equal(document.exitCode, 0, document.summary);
      assert.equal(called(world, 'runCommand'), 2);
      assert.deepEqual(document.refused ?? [], []);
    });
  });
});
