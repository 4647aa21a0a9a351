import assert from 'node:assert/strict';
import { changeLines } from '../../../cli/output/plain-lines.ts';
import type { RunDocument } from '../../../workflows/contract.ts';
import * as documents from './documents.ts';
import * as halted from './halted-documents.ts';
import { assertGolden, viewAt } from './golden.ts';

describe('changeLines', () => {
  const lines = (before: RunDocument | undefined, after: RunDocument): string[] =>
    changeLines(before, after, documents.phases, viewAt(80));

  it('tells all that is known at first', () => {
    assertGolden('plain-running', lines(undefined, documents.eightRunning).join('\n'));
  });

  it('says nothing when nothing has changed', () => {
    assert.deepEqual(lines(documents.eightRunning, documents.eightRunning), []);
  });

  it('of a thousand tells nothing of those that go on, and many questions at once with one of them in full', () => {
    const begun: RunDocument = {
      ...documents.thousand,
      questions: [],
      devices: documents.thousand.devices.map((device) => ({ ...device, status: 'running' as const })),
    };
    const told = lines(begun, documents.thousand);
    assert.ok(told.length < 50, `${told.length} lines`);
    assert.ok(told.some((line) => line.includes('ftd-0 needs-hands')));
    assert.equal(told.filter((line) => line.includes('runbook retry')).length, 1);
    assert.match(told.join('\n'), /39 × DEVICE_UNREACHABLE/);
    assert.deepEqual(
      lines(documents.thousand, { ...documents.thousand, questions: documents.thousand.questions }),
      [],
    );
  });

  it('tells a settled question and the change of its device once', () => {
    const after: RunDocument = {
      ...documents.eightRunning,
      questions: [],
      devices: documents.eightRunning.devices.map((device) =>
        device.name === 'ftd-4' ? { ...device, status: 'running' as const } : device,
      ),
    };

    const told = lines(documents.eightRunning, after).join('\n');

    assert.match(told, /ftd-4 running, issued/);
    assert.match(told, /settled: ftd-4 SESSION_NO_SPACE/);
    assert.match(told, /waiting 0/);
    assert.doesNotMatch(told, /ftd-3/);
  });

  it('tells a pause with the command that ends it, a take-over, notes and the going on, once each', () => {
    const told = lines(documents.eightRunning, halted.paused);
    const { decisions } = halted.paused;
    const { paused: pause, ...rest } = halted.paused;
    const resumed = { at: '2026-11-23T19:59:00Z', by: 'bob@jump-2', verb: 'resume' };

    assert.ok(pause);
    assertGolden('plain-paused', told.join('\n'));
    assert.deepEqual(lines(halted.paused, halted.paused), []);
    assert.deepEqual(lines(halted.paused, { ...rest, decisions: [...decisions, resumed] }), [
      '2026-11-23T19:59:00+00:00 resume by bob@jump-2',
    ]);
  });

  it('stays short at a thousand devices', () => {
    const before: RunDocument = {
      ...documents.thousand,
      devices: documents.thousand.devices.map((device) => ({
        ...device,
        status: 'waiting' as const,
        phase: 'issued',
      })),
    };

    assert.ok(lines(before, { ...documents.thousand, questions: before.questions }).length < 60);
  });
});
