import assert from 'node:assert/strict';
import { readFreeKb } from '../../../activities/box/posix.ts';

describe('readFreeKb', () => {
  it('reads the forms of df that the boxes have', () => {
    const posix =
      'Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda8 41943040 16777216 25165824 40% /var\n';
    const human =
      'Filesystem     Type  Size  Used Avail Use% Mounted on\n/dev/sda8      ext4   42G   17G   24G  42% /var\n';

    assert.equal(readFreeKb(posix), 25165824);
    assert.equal(readFreeKb(human), 23437500);
  });

  it('does not invent a number', () => {
    assert.equal(readFreeKb('df: /nowhere: No such file or directory\n'), undefined);
    assert.equal(readFreeKb('Filesystem Size\n'), undefined);
    assert.equal(readFreeKb(''), undefined);
  });
});
