import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { Journal, type JournalEntry } from '../../../supervisor/index.ts';

const about = {
  action: 'deliverCerts',
  matter: 'probeDelivery',
  box: 'ftd01',
  address: '192.0.2.1:22',
  run: 'renew/1',
  step: 'deliver/brought',
};

describe('the journal', () => {
  let folder: string;
  let journal: Journal;

  beforeEach(() => {
    folder = path.join(mkdtempSync(path.join(os.tmpdir(), 'runbook-journal-')), 'in-flight');
    journal = new Journal(folder);
  });

  afterEach(() => {
    rmSync(path.dirname(folder), { recursive: true });
  });

  it('is empty where nothing was ever written', () => {
    assert.deepEqual(journal.entries(), []);
  });

  it('holds what has begun until its end, readable for its owner alone', () => {
    const entry = journal.begin(about);
    const other = journal.begin({ ...about, box: 'ftd00' });

    assert.deepEqual(journal.entries(), [other, entry]);
    assert.equal(entry.worker.pid, process.pid);
    for (const name of readdirSync(folder)) assert.equal(statSync(path.join(folder, name)).mode & 0o077, 0);
    journal.end(entry);
    assert.deepEqual(journal.entries(), [other]);
  });

  it('keeps what gave up, with the code and what was known of the box', () => {
    journal.fail(journal.begin(about), 'SESSION_LOST', 'The old set is in place.');

    const { code, state } = journal.entries()[0]?.failed ?? {};
    assert.deepEqual([code, state], ['SESSION_LOST', 'The old set is in place.']);
  });

  it('lets a late end of an earlier attempt leave the entry of the next one alone', () => {
    const earlier: JournalEntry = { ...journal.begin(about), since: '2020-01-01T00:00:00.000Z' };

    journal.end(earlier);
    journal.fail(earlier, 'SESSION_LOST');

    assert.equal(journal.entries().length, 1);
    assert.equal(journal.entries()[0]?.failed, undefined);
    journal.settle(about);
    assert.deepEqual(journal.entries(), []);
  });

  it('forgets after days what dead workers have left, never what a living one does', () => {
    const left = journal.begin({ ...about, box: 'ftd02' });
    const dead = { ...left, worker: { ...left.worker, born: 'an earlier boot' } };
    for (const name of readdirSync(folder)) writeFileSync(path.join(folder, name), JSON.stringify(dead));
    const alive = journal.begin(about);

    journal.dropOld(Date.now() + 2 * 86_400_000);
    assert.equal(journal.entries().length, 2);
    journal.dropOld(Date.now() + 4 * 86_400_000);

    assert.deepEqual(journal.entries(), [alive]);
  });

  it('never stops the work on a box because it cannot write', () => {
    writeFileSync(folder, 'a file where the folder should be');

    journal.end(journal.begin(about));
    assert.deepEqual(journal.entries(), []);
  });
});
