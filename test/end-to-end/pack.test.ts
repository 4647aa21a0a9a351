import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { describeOnLabs } from '../support/labs.ts';
import { SecretSearch } from '../support/secrets.ts';

const password = 'Zebra-7!"quoted,comma';

describeOnLabs('the offline pack', ({ rarely, withSite }) => {
  rarely(
    'holds a text per device with the checksums of what the FMC issued, and no secret, while a delivery waits',
    async () => {
      await withSite({ password, ftds: [{}, { tunnel: 'down' }] }, async (site) => {
        const pack = path.join(site.folder, 'pack');
        await site.lab.fault('engineNoRoute', { box: 'ftd02' });
        const options = { accepted: ['ftd02'], inputs: { pack } };
        const run = await site.start(await site.plan(options), options);
        await site.until(run, ({ outcome }) => outcome === 'waiting');

        const truth = await site.truth();
        const search = new SecretSearch();
        search.password('the password', password);
        search.privateKey('key of the CA', await site.lab.file('fmc01', '/etc/sf/ca_root/private/cakey.pem'));
        const names = await readdir(pack);
        assert.equal(names.length, 2 + truth.devices.length, names.join());
        assert.equal((await stat(pack)).mode & 0o777, 0o700);
        for (const name of names) assert.equal((await stat(path.join(pack, name))).mode & 0o777, 0o600, name);
        for (const device of truth.devices) {
          const name = names.find((candidate) => candidate.includes(device.uuid)) ?? '';
          const text = await readFile(path.join(pack, name), 'utf8');
          const sums = [...text.matchAll(/^ {5}([0-9a-f]{64}) {2}(\/\S+)$/gm)];
          assert.equal(sums.length, 3, text);
          for (const [, sum, file] of sums) {
            const issued = await site.lab.file('fmc01', file ?? '');
            assert.equal(sum, createHash('sha256').update(issued).digest('hex'), file);
            if (file?.endsWith('-key.pem') === true) {
              assert.ok(file.includes(device.uuid), file);
              search.privateKey(`key of ${device.name}`, issued);
            }
          }
          for (const { folder } of device.managers) {
            assert.ok(text.includes(`cd ${folder}\n`), folder);
            if (device.name !== 'ftd01') continue;
            // The push has reached this one: it holds what the pack tells.
            for (const [, sum, file] of sums) {
              const held = await site.lab.file('ftd01', `${folder}/${path.basename(file ?? '')}`);
              assert.equal(sum, createHash('sha256').update(held).digest('hex'), file);
            }
          }
        }
        assert.deepEqual(await search.below(pack), []);
        await site.decide(run, 'cancel', undefined, { reason: 'the rest is done by hand' });
        await site.closed(run);
      });
    },
  );
});
