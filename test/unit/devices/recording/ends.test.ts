/** A box that is a recording, asked for more than it was when it was recorded. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSessions, loadProfiles, matchFailure } from '../../../../devices/index.ts';
import { RunbookError } from '../../../../errors/index.ts';
import { startLab } from '../../../../lab/index.ts';
import { loadInventory } from '../../../../loader/index.ts';

const file = fileURLToPath(new URL('../../../recordings/ftd-to-root.yaml', import.meta.url));

describe('a box that is a recording', function () {
  this.timeout(60_000);

  it('says where it ends, and is not waited for: the failure is named, with box, command and what to do', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'ends-'));
    const lab = await startLab({ dir: folder, devices: 0, recorded: [{ file }] });
    const { profiles } = loadProfiles();
    const sessions = createSessions({ profiles });
    try {
      const name = lab.recorded[0]?.settings.name ?? '';
      const loaded = loadInventory({
        inventory: path.join(folder, 'devices.csv'),
        knownHosts: path.join(folder, 'known_hosts'),
      });
      assert.ok(loaded.ok);
      const endpoint = loaded.inventory.endpoint(name, 'cisco-firepower');
      const answered = await sessions.withRoot(endpoint, (shell) => shell.run('hostname'));
      assert.equal(answered.status, 0);
      const thrown = await sessions
        .withRoot(endpoint, (shell) => shell.run('df -Pk /var'))
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      assert.ok(thrown instanceof RunbookError);
      assert.equal(thrown.code, 'SESSION_LOST');
      assert.equal(thrown.context.device, name);
      const { message, context, code } = thrown;
      for (const family of ['cisco-firepower', 'cisco-ftd', 'linux']) {
        const faults = profiles.get(family)?.faults ?? [];
        const met = matchFailure({ code, message, screen: context.screen }, faults);
        assert.equal(met?.fault.id, 'recording-ends', family);
        assert.match(met.line, /no answer to rb_\w+ \d+ 'df -Pk \/var'/);
      }
    } finally {
      await sessions.close();
      await lab.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
