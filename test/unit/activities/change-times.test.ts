import assert from 'node:assert/strict';
import { beganAfter, readChangeTime } from '../../../activities/box/change-times.ts';

describe('change times', () => {
  it('reads what stat prints, and what ls prints instead', () => {
    const path = '/var/sf/peers/x/cacert.pem';
    assert.equal(readChangeTime(`1700000001 /other\n1700000002 ${path}\n`, path), 1_700_000_002_000);
    assert.equal(readChangeTime(`-rw-r--r-- 1 0 0 1234 1700000003 ${path}`, path), 1_700_000_003_000);
  });

  it('knows nothing of a file that is not named, or that a tool failed on', () => {
    assert.equal(readChangeTime('', '/a'), undefined);
    assert.equal(readChangeTime("stat: cannot stat '/a': No such file or directory /a", '/a'), undefined);
    assert.equal(readChangeTime('? /a', '/a'), undefined);
  });

  it('takes a connection as fresh only when it began later for sure, and not ahead of the clock', () => {
    const at = 1_700_000_000_000;
    assert.equal(beganAfter(at + 1000, at, at + 5000), true);
    assert.equal(beganAfter(at, at, at + 5000), false, 'the same second proves nothing');
    assert.equal(beganAfter(at - 1000, at, at + 5000), false);
    assert.equal(beganAfter(at + 60_000, at, at + 5000), false, 'a start in the future');
    assert.equal(beganAfter(undefined, at, at), false);
    assert.equal(beganAfter(at, undefined, at), false);
  });
});
