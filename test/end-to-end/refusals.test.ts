/** What OpenSSH, PAM and sudo themselves say where the other lab says it from memory: one plan over boxes that refuse in turn. */
import assert from 'node:assert/strict';
import { editRow, findingsAbout, setPassword } from '../support/devices-in-trouble.ts';
import { describeOnLabs } from '../support/labs.ts';

/** What is done to a device of its own, and what the plan must name it. */
const refusals = {
  'sudo-refused': ['sudoRefused', 'SESSION_SUDO_REFUSED'],
  'expert-refused': ['expertRefused', 'SESSION_EXPERT_REFUSED'],
  'host-key-changed': ['hostKeyChanged', 'DEVICE_HOST_KEY_CHANGED'],
  'nobody-listens': ['noRoute', 'DEVICE_UNREACHABLE'],
} as const;

/** How a device is from the start, and what the plan must name it. */
const ways = {
  'password-expired': [{ forcedPasswordChange: true }, 'DEVICE_PASSWORD_EXPIRED'],
  'no-sudoer': [{ sudoRefused: true }, 'SESSION_SUDO_REFUSED'],
} as const;

describeOnLabs('a plan over boxes that refuse', ({ it, withSite }) => {
  it('names each refusal, and freezes no other box for it', async () => {
    const made = Object.entries(ways).map(([name, [variant]]) => ({ name, variant }));
    const others = [...Object.keys(refusals), 'wrong-password'].map((name) => ({ name }));
    const devices = [...made, ...others];
    const ftds = [{ name: 'willing' }, ...devices.map((ftd) => ({ ...ftd, tunnel: 'down' as const }))];
    await withSite({ ftds }, async (site) => {
      for (const [box, [fault]] of Object.entries(refusals)) await site.lab.fault(fault, { box });
      await editRow(site, 'wrong-password', setPassword('not-this-one'));
      const plan = await site.plan();
      const named = Object.fromEntries(
        devices.map(({ name }) => [
          name,
          [...new Set(findingsAbout(plan, name, 'accept').map(({ code }) => code))],
        ]),
      );
      assert.deepEqual(named, {
        ...Object.fromEntries(
          [...Object.entries(refusals), ...Object.entries(ways)].map(([name, [, code]]) => [name, [code]]),
        ),
        'wrong-password': ['DEVICE_AUTH_FAILED'],
      });
      assert.deepEqual(
        plan.findings.filter(({ box, severity }) => box === 'willing' && severity !== 'warn'),
        [],
      );
    });
  });
});
