import assert from 'node:assert/strict';
import { loadProfiles, parseGenerateOutput } from '../../../../devices/index.ts';

const rules = loadProfiles().profiles.get('cisco-fmc')?.generate;

/** Put together from what is known of the screens; no transcript is public. */
const first = `setting log file to /var/log/sf/sfca_generation.log

You are about to generate new certificates for FMC and devices.
After successful cert generation, device specific certs will be pushed automatically
If the connection between FMC and a device is down, user needs to copy the certificates onto the device manually
For more details on disconnected devices, use sftunnel_status.pl
Do you want to continue? [yes/no]:`;
const second = `${first}yes

Current ca_root expires in 3646 days - at Oct  9 10:12:50 2034 GMT
Do you want to continue? [yes/no]:`;

describe('parseGenerateOutput', () => {
  assert.ok(rules);

  it('offers the first yes', () => {
    assert.deepEqual(parseGenerateOutput(first, rules).prompt, {
      id: 'first-yes',
      answer: 'yes',
      text: 'Do you want to continue? [yes/no]:',
    });
  });

  it('offers the second yes only with the expiry that it shows', () => {
    const output = parseGenerateOutput(second, rules, ['first-yes']);

    assert.deepEqual(output.expiry, { days: 3646, date: '2034-10-09T10:12:50Z' });
    assert.equal(output.prompt?.id, 'second-yes');
    assert.equal(parseGenerateOutput(first, rules, ['first-yes']).prompt, undefined);
  });

  it('never offers a prompt twice', () => {
    assert.equal(parseGenerateOutput(second, rules, ['first-yes', 'second-yes']).prompt, undefined);
    assert.equal(parseGenerateOutput(second, rules, ['second-yes']).prompt, undefined);
  });

  it('answers in the form that is asked for', () => {
    assert.equal(parseGenerateOutput('Are you sure you want to proceed? (y/n) ', rules).prompt?.answer, 'y');
    assert.equal(parseGenerateOutput('Do you wish to continue? [YES/no] ', rules).prompt?.answer, 'YES');
  });

  for (const question of [
    'Do you want to delete the old certificates and continue? [yes/no]:',
    'Do you want to continue and reboot? [yes/no]:',
    'Existing files will be overwritten. Do you want to continue\nwith that? [yes/no]:',
    'All peers will be restarted\nDo you want to continue? [yes/no]:',
    'Do you want to overwrite? [yes/no]:',
    'Password: ',
    'Do you want to continue?',
    'Do you want to continue? [1/2]:',
    'Press any key to continue ',
    'Continue with restarting sftunnel? [yes/no]:',
    'Enter the name of the domain: ',
  ]) {
    it(`does not answer: ${question.replace('\n', ' / ')}`, () => {
      const output = parseGenerateOutput(`\n${question}`, rules);

      assert.equal(output.prompt, undefined);
      assert.notEqual(output.unknownQuestion, undefined);
    });
  }

  it('asks nothing while the last line is finished', () => {
    const output = parseGenerateOutput(`${second}yes\nGenerating certificates\n`, rules, [
      'first-yes',
      'second-yes',
    ]);

    assert.equal(output.prompt, undefined);
    assert.equal(output.unknownQuestion, undefined);
  });

  it('reads pushes that failed', () => {
    const output = parseGenerateOutput(
      `${second}yes\nFailed to push to BSNS-1120-1 = /var/tmp/certs/1728303362/FAILED_PUSH\nFailed to push to Branch office 7 = /var/tmp/certs/1728303362/FAILED_PUSH\n`,
      rules,
    );

    assert.deepEqual(output.failedPushes, [
      { name: 'BSNS-1120-1', path: '/var/tmp/certs/1728303362/FAILED_PUSH' },
      { name: 'Branch office 7', path: '/var/tmp/certs/1728303362/FAILED_PUSH' },
    ]);
  });

  for (const [task, line] of [
    ['smart-agent', 'Smart Agent is not registered.'],
    ['smart-agent', 'Smart Licensing registration is in progress'],
    ['backup-restore', 'A backup is in progress.'],
    ['sru-update', 'SRU update running'],
    ['vdb-update', 'VDB update is in progress'],
    ['domain-task', 'A domain operation is in progress'],
    ['ha-task', 'HA synchronization in progress'],
    ['upgrade', 'An upgrade is in progress on this device'],
    ['smart-agent', 'Critical task is running: Smart Agent registration'],
    ['backup-restore', 'Critical task is running: Backup'],
    ['backup-restore', 'Critical task is running: Restore'],
    ['sru-update', 'Critical task is running: SRU update'],
    ['vdb-update', 'Critical task is running: VDB update'],
    ['domain-task', 'Critical task is running: Domain operation'],
    ['ha-task', 'Critical task is running: HA operation'],
    ['upgrade', 'Critical task is running: Upgrade'],
  ] as const) {
    it(`names the critical task ${task}: ${line}`, () => {
      assert.ok(parseGenerateOutput(`${line}\n`, rules).refusals.some((one) => one.task === task));
    });
  }

  it('sees no refusal in what it always says', () => {
    assert.deepEqual(parseGenerateOutput(`${second}yes\n`, rules).refusals, []);
    assert.equal(parseGenerateOutput(second, rules).failed, false);
  });
});
