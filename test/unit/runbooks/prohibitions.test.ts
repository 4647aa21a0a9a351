import assert from 'node:assert/strict';
import type { Json, JsonObject } from '../../../language/index.ts';
import { loadRunbook } from '../../../loader/index.ts';
import { evaluateExpression } from '../../../language/index.ts';

/** What the shipped runbook says of a box, with its own expressions. */
function meanwhile(runbook: string, kind: 'manager' | 'device', facts: JsonObject): string[] {
  const loaded = loadRunbook(runbook);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.issues));
  return evaluateExpression(loaded.runbook.columns[kind]['meanwhile'] ?? '', facts) as string[];
}

interface Device {
  readonly up: boolean;
  readonly phase: string;
  readonly case: string;
  readonly more?: JsonObject;
  readonly otherUp?: boolean;
}

const device = ({ up, phase, case: deviceCase, more = {}, otherUp = false }: Device): JsonObject => ({
  phase,
  tunnels: { up },
  look: { up, case: deviceCase, otherManagers: [{ uuid: 'u', up: otherUp }] },
  ...more,
});

const ofDevice = (one: Device, manager: JsonObject = {}): string[] =>
  meanwhile('renew-sftunnel-ca', 'device', { device: device(one), manager });

const ofManager = (devices: readonly Device[], more: JsonObject = {}): string[] =>
  meanwhile('renew-sftunnel-ca', 'manager', {
    devices: devices.map(device),
    manager: { tunnels: {}, ca: { expired: false }, ...more },
  });

const launched = { launch: {} };
const generated = { launch: {}, generated: {} };

describe('what must not be done meanwhile', () => {
  describe('to a device', () => {
    const cases: [string, Device, JsonObject, RegExp | undefined][] = [
      ['A, before', { case: 'A', up: true, phase: 'inspected' }, {}, /^From the generation until/],
      ['B, before', { case: 'B', up: true, phase: 'inspected' }, {}, /^No reboot.* the CA has expired/],
      ['A, generating', { case: 'A', up: true, phase: 'inspected' }, launched, /presents its new CA/],
      ['A, issued', { case: 'A', up: true, phase: 'issued' }, generated, /presents its new CA/],
      ['B, issued', { case: 'B', up: true, phase: 'issued' }, generated, /presents its new CA/],
      ['A, delivered', { case: 'A', up: true, phase: 'delivered' }, generated, /before its tunnel is proven/],
      [
        'B, reported',
        { case: 'B', up: true, phase: 'delivered', more: { check: { state: 'reported' } } },
        generated,
        /nobody has looked/,
      ],
      ['B, proven', { case: 'B', up: true, phase: 'proven' }, generated, undefined],
      ...['inspected', 'issued', 'delivered', 'proven'].flatMap((phase) =>
        ["A'", 'C'].map((one): [string, Device, JsonObject, undefined] => [
          `${one}, ${phase}`,
          { case: one, up: false, phase },
          phase === 'inspected' ? {} : generated,
          undefined,
        ]),
      ),
    ];
    for (const [name, one, manager, expected] of cases) {
      it(`${name}: ${expected === undefined ? 'nothing can be lost' : String(expected)}`, () => {
        const texts = ofDevice(one, manager);
        if (expected === undefined) assert.deepEqual(texts, []);
        else {
          assert.equal(texts.length, 1);
          assert.match(texts[0] ?? '', expected);
        }
      });
    }

    it('names the living tunnel to another manager, also where its own is down', () => {
      assert.match(
        ofDevice({ case: 'C', up: false, phase: 'issued', otherUp: true }, generated)[0] ?? '',
        /another manager/,
      );
    });

    it('takes a tunnel for alive that only the FMC shows as up', () => {
      const one = { ...device({ case: "A'", up: false, phase: 'issued' }), tunnels: { up: true } };
      assert.equal(meanwhile('renew-sftunnel-ca', 'device', { device: one, manager: generated }).length, 1);
    });
  });

  describe('to an FMC', () => {
    const a: Device = { case: 'A', up: true, phase: 'inspected' };
    const down: Device = { case: 'C', up: false, phase: 'inspected' };
    const expired = { ca: { expired: true } };

    it('before the generation: by whether the CA has expired', () => {
      assert.match(ofManager([a, down])[0] ?? '', /^From the start of the run/);
      assert.match(
        ofManager([{ ...a, case: 'B' }, down], expired)[0] ?? '',
        /With one tunnel alive an upgrade is not allowed/,
      );
    });

    it('all tunnels down: an upgrade is allowed, and with one alive it is not', () => {
      assert.match(ofManager([down, down], expired)[0] ?? '', /An upgrade of this FMC is allowed/);
      assert.doesNotMatch(ofManager([down, { ...a, case: 'B' }], expired).join(), /is allowed/);
    });

    it('while generate_certs.pl may be running: not even then', () => {
      assert.match(
        ofManager([down], { ...expired, ...launched })[0] ?? '',
        /generate_certs.pl .* may be running/,
      );
    });

    it('after the generation: by what its devices hold', () => {
      const issued = ofManager(
        [
          { ...a, phase: 'issued' },
          { ...a, phase: 'delivered' },
        ],
        generated,
      );
      assert.match(issued[0] ?? '', /1 of its devices are not proven to hold/);
      const delivered = ofManager(
        [
          { ...a, phase: 'delivered' },
          { ...a, phase: 'proven' },
        ],
        generated,
      );
      assert.match(delivered[0] ?? '', /before its tunnels are proven: 1 hold/);
      assert.deepEqual(ofManager([{ ...a, phase: 'proven' }], generated), []);
    });

    it('a tunnel that came up in this run lives', () => {
      const back = { ...down, phase: 'delivered', more: { verify: { up: true } } };
      assert.doesNotMatch(ofManager([back], generated).join(), /is allowed/);
    });

    it('says nothing of an FMC that was not looked at', () => {
      assert.deepEqual(meanwhile('renew-sftunnel-ca', 'manager', { manager: {}, devices: [] }), []);
    });
  });

  it('the look alone says the same of an expired CA', () => {
    const manager: Json = { tunnels: {}, ca: { expired: true } };
    const devices = [device({ case: 'B', up: true, phase: 'inspected' })];
    assert.match(meanwhile('inspect-sftunnel', 'manager', { manager, devices })[0] ?? '', /CA has expired/);
    assert.match(
      meanwhile('inspect-sftunnel', 'device', { manager, device: devices[0] as JsonObject })[0] ?? '',
      /CA has expired/,
    );
    const down = [device({ case: 'C', up: false, phase: 'inspected' })];
    assert.match(meanwhile('inspect-sftunnel', 'manager', { manager, devices: down })[0] ?? '', /is allowed/);
  });
});
