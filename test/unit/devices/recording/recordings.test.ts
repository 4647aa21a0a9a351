import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  loadProfiles,
  printRecording,
  recordingSchema,
  replayRecording,
  type ApplianceProfile,
  type Recording,
} from '../../../../devices/index.ts';
import { loadDataFile } from '../../../../loader/index.ts';
import { readRecording } from '../../../../lab/recording/recording-file.ts';

/** A file put there is a test; test/recordings/README.md says how. */
const folder = join(import.meta.dirname, '../../../recordings');
const { profiles } = loadProfiles();

function load(file: string): Recording {
  const loaded = loadDataFile(file, 'recording', recordingSchema);
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.data;
}

describe('recordings', function () {
  this.timeout(60_000);

  for (const name of readdirSync(folder).filter((one) => one.endsWith('.yaml'))) {
    const file = join(folder, name);

    it(`${name}: ends as it says, whole and cut at every byte`, async () => {
      const recording = load(file);
      const replay = await replayRecording(recording, profiles.get(recording.family) as ApplianceProfile);

      assert.equal(replay.isAsSaid, true, JSON.stringify({ ...replay, cuts: undefined }));
      assert.deepEqual(replay.cuts.different, []);
      assert.ok(replay.cuts.tried > 0);
      assert.deepEqual(replay.unknown, []);
    });

    it(`${name}: is read by the lab too, holds no secret, and is written as it was read`, () => {
      const text = readFileSync(file, 'utf8');
      const recording = load(file);

      assert.equal(readRecording(file).events.length, recording.events.length);
      assert.doesNotMatch(text, /Passw0rd|PRIVATE KEY-----\\r|\$6\$|AKIA/);
      assert.ok(text.endsWith(printRecording(recording).replace(/^#.*\n/gm, '')));
    });
  }

  it('says which command the recording has no answer to, and gives none', async () => {
    const recording = load(join(folder, 'ftd-to-root.yaml'));
    const until = recording.events.findIndex(({ types }) => types === '\x15expert\r');
    const events = recording.events.slice(0, until);
    const replay = await replayRecording(
      { ...recording, events },
      profiles.get(recording.family) as ApplianceProfile,
      { cuts: 0 },
    );

    assert.equal(replay.isAsSaid, false);
    assert.equal(replay.error?.code, 'SESSION_PROMPT_UNKNOWN');
    assert.deepEqual(replay.unknown, [{ prompt: '(the recording ends here)', typed: '\x15expert\r' }]);
  });

  it('asks nothing that nobody asked in the recording, and says so', async () => {
    const recording = load(join(folder, 'ftd-by-hand.yaml'));
    const events = [...recording.events];
    const asked = events.findIndex(({ types }) => types === 'show version\r');
    events.splice(asked, events.findIndex(({ types }) => types === 'expert\r') - asked);
    const replay = await replayRecording(
      { ...recording, events },
      profiles.get(recording.family) as ApplianceProfile,
      { cuts: 0 },
    );

    assert.equal(replay.isAsSaid, true);
    assert.deepEqual(replay.notAsked, ['show version']);
    assert.deepEqual(replay.unknown, []);
  });

  it('names faults of a file with line and column, and quotes nothing of it', () => {
    const file = join(import.meta.dirname, 'faulty.yaml');
    const loaded = loadDataFile(file, 'recording', recordingSchema);
    assert.ok(!loaded.ok);
    assert.deepEqual(
      loaded.issues.map(({ line, column, message }) => `${line}:${column} ${message}`),
      [
        '1:12 recording must be 1, this is a text',
        '7:5 events[1]: exactly one of `shows`, `types` and `closes`',
      ],
    );
  });
});
