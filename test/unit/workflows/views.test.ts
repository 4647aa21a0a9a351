import assert from 'node:assert/strict';
import {
  createSide,
  deviceFacts,
  deviceView,
  managerView,
  setManagerFacts,
  type DeviceTrack,
  type RunState,
} from '../../../workflows/run-state.ts';

describe('facts as conditions see them', () => {
  const track = (uuid: string): DeviceTrack => ({
    target: { uuid, name: uuid, address: '' },
    status: 'waiting',
    phase: '',
    step: '',
    note: null,
    facts: { look: { case: 'A' } },
    questions: [],
    newest: 0,
    decisions: [],
    held: false,
    failed: false,
    at: -1,
    again: 0,
    attempts: {},
  });
  const world = (): { state: RunState; side: RunState['sides'][number]; one: DeviceTrack } => {
    const side = createSide({ uuid: 'm', name: 'fmc', address: '' });
    const one = track('d1');
    side.devices.set('d1', one);
    const state = { inputs: { proof: 'all' }, entries: [], sides: [side] } as unknown as RunState;
    return { state, side, one };
  };

  it('are the same object as long as nothing has changed, so that nothing is evaluated again', () => {
    const { state, side, one } = world();
    assert.equal(deviceView(state, side, one), deviceView(state, side, one));
    one.step = 'deliver/restart';
    assert.equal(deviceView(state, side, one), deviceView(state, side, one));
  });

  it('follow whatever changes: the device, what its manager says of it, the manager itself', () => {
    const { state, side, one } = world();
    const seen = [deviceView(state, side, one)];
    const look = (): Record<string, unknown> => {
      const view = deviceView(state, side, one);
      assert.ok(!seen.includes(view));
      seen.push(view);
      return view;
    };
    one.status = 'running';
    assert.deepEqual((look()['device'] as Record<string, unknown>)['status'], 'running');
    one.phase = 'delivered';
    assert.deepEqual((look()['device'] as Record<string, unknown>)['phase'], 'delivered');
    one.facts = { ...one.facts, check: { state: 'fits' } };
    assert.deepEqual((look()['device'] as Record<string, unknown>)['check'], { state: 'fits' });
    setManagerFacts(side, 'tunnels', { up: 1, byDevice: { d1: { up: true }, d2: { up: false } } });
    const view = look();
    assert.deepEqual((view['device'] as Record<string, unknown>)['tunnels'], { up: true });
    assert.deepEqual((view['manager'] as Record<string, unknown>)['tunnels'], { up: 1 });
    setManagerFacts(side, 'ca', { fresh: true });
    assert.deepEqual((look()['manager'] as Record<string, unknown>)['ca'], { fresh: true });
  });

  it('of a manager list all devices as they are', () => {
    const { state, side, one } = world();
    one.status = 'done';
    assert.deepEqual(managerView(state, side)['devices'], [deviceFacts(side, one)]);
    one.phase = 'proven';
    const [device] = managerView(state, side)['devices'] as Record<string, unknown>[];
    assert.equal(device?.['phase'], 'proven');
    assert.equal(device['status'], 'done');
  });
});
