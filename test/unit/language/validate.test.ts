import assert from 'node:assert/strict';
import { validateRunbook } from '../../../language/validate.ts';

type Step = Record<string, unknown>;
interface Stage {
  id: string;
  on: string;
  when?: string;
  steps: Step[];
}

/** Messages about a runbook with these stages. */
function messages(stages: Stage[], more: Record<string, unknown> = {}): string[] {
  const runbook = {
    families: { manager: 'm', device: 'd' },
    phases: [{ id: 'seen' }],
    inputs: { proof: { type: 'string', default: '' } },
    stages,
    ...more,
  };
  return validateRunbook(runbook).map(({ path, message }) => `${path.join('.')}: ${message}`);
}
const manager = (...steps: Step[]): Stage => ({ id: 'm', on: 'manager', steps });
const devices = (...steps: Step[]): Stage => ({ id: 'd', on: 'devices', steps });

describe('validateRunbook', () => {
  it('wants an action that exists and fits its stage', () => {
    assert.deepEqual(messages([manager({ id: 'a', do: 'inspectDevice' })]), [
      'stages.0.steps.0.do: the action "inspectDevice" works on a device, and stage "m" is on manager',
    ]);
    assert.deepEqual(
      messages([{ id: 'e', on: 'entries', steps: [{ id: 'a', do: 'readIdentity' }] }]).length,
      1,
    );
    assert.deepEqual(messages([manager({ id: 'a', do: 'constructor' })]), [
      'stages.0.steps.0.do: there is no action "constructor"',
    ]);
    assert.deepEqual(
      messages([manager({ id: 'a', do: 'writeReport' }), devices({ id: 'b', do: 'writeReport' })]),
      [],
    );
  });

  it('repeats only reads', () => {
    assert.match(
      messages([manager({ id: 'a', poll: 'tidyManager', until: 'true' })])[0] ?? '',
      /poll repeats its action/,
    );
    assert.match(
      messages([devices({ id: 'a', manual: 'x', check: { do: 'restartTunnel', until: 'true' } })])[0] ?? '',
      /check repeats/,
    );
  });

  it('wants an approval before what cannot be undone, under conditions that always include it', () => {
    const launch = (when?: string): Step => ({
      id: 'l',
      do: 'launchGenerateCerts',
      ...(when === undefined ? {} : { when }),
    });
    const approve = (when?: string): Step => ({
      id: 'go',
      approve: 'Go?',
      ...(when === undefined ? {} : { when }),
    });
    const look: Step = { id: 'ca', do: 'readInternalCa' };
    assert.match(messages([manager(launch())])[0] ?? '', /no approve step stands before it/);
    assert.match(messages([manager(launch(), approve())])[0] ?? '', /no approve step/);
    assert.deepEqual(messages([manager(approve(), launch())]), []);
    assert.match(
      messages([manager(look, approve('manager.ca.old'), launch())])[0] ?? '',
      /asks only when manager\.ca\.old/,
    );
    assert.deepEqual(
      messages([manager(look, approve('manager.ca.old'), launch('manager.ca.big&&manager.ca.old'))]),
      [],
    );
    assert.deepEqual(
      messages([
        manager(look),
        { ...manager(approve()), id: 'g', when: 'manager.ca.old' },
        { ...manager(launch('manager.ca.old')), id: 'x' },
      ]),
      [],
    );
  });

  it('knows which facts are there at each place', () => {
    const look: Step = { id: 'look', do: 'readIdentity' };
    assert.match(
      messages([manager({ id: 'a', assert: 'manager.look.ok' }, look)])[0] ?? '',
      /not there yet, step m\/look makes it/,
    );
    assert.match(
      messages([manager(look, { id: 'a', assert: 'manager.lok.ok' })])[0] ?? '',
      /no step "lok" makes this fact/,
    );
    assert.match(
      messages([manager(look, { id: 'a', assert: 'device.look.ok' })])[0] ?? '',
      /only a stage on devices/,
    );
    assert.match(
      messages([{ id: 'e', on: 'entries', steps: [{ id: 'a', assert: 'manager.name == ""' }] }])[0] ?? '',
      /no manager before/,
    );
    assert.match(
      messages([manager(look, { id: 'a', assert: 'manger.look.ok' })])[0] ?? '',
      /"manger" is not known here/,
    );
    assert.deepEqual(
      messages([
        manager({ id: 'a', poll: 'readIdentity', until: 'manager.a.ok', message: '${manager.a.why}' }),
      ]),
      [],
    );
    assert.match(
      messages([manager({ id: 'a', do: 'readIdentity', when: 'has(manager.a)' })])[0] ?? '',
      /not there yet/,
    );
    // A row that a manager step read about a device is a fact of that device.
    assert.deepEqual(
      messages([
        manager(look),
        devices({ id: 'b', assert: 'device.look.ok && device.name != manager.look.name' }),
      ]),
      [],
    );
    assert.match(
      messages([
        manager(look, { id: 'a', assert: 'devices.all(d, d.later.ok)' }),
        devices({ id: 'later', do: 'inspectDevice' }),
      ])[0] ?? '',
      /devices\[\]\.later: the fact is not there yet/,
    );
  });

  it('looks into parameters and everything outside of the stages', () => {
    const found = messages([manager({ id: 'a', do: 'readIdentity', with: { list: ['${inputs.x}'] } })], {
      drift: ['manager.b.c'],
      devices: 'manager.a.devices',
      columns: { device: { x: 'device.c.y' } },
      expects: [{ that: 'size(devices)' }],
      afterwards: [{ text: 'Then ${manager.a.' }],
    });
    assert.deepEqual(
      found.map((message) => message.split(':')[0]),
      ['stages.0.steps.0.with.list.0', 'drift.0', 'columns.device.x', 'expects.0.that', 'afterwards.0.text'],
    );
  });

  it('keeps names apart', () => {
    assert.match(
      messages([
        manager({ id: 'a', do: 'readIdentity' }),
        { ...devices({ id: 'a', do: 'inspectDevice' }) },
      ])[0] ?? '',
      /a second step is called "a", the first is m\/a/,
    );
    assert.match(
      messages([manager({ id: 'phase', do: 'readIdentity' })])[0] ?? '',
      /cannot be called "phase"/,
    );
    assert.match(
      messages([manager({ id: 'a', do: 'readIdentity' }), manager({ id: 'b', do: 'readIdentity' })])[0] ?? '',
      /second stage/,
    );
  });

  it('judges waiting and inputs', () => {
    assert.match(
      messages([
        manager({ id: 'a', do: 'readIdentity', notYet: { every: '1m', limit: '1s', backTo: 'a' } }),
      ]).join('\n'),
      /limit 1s is shorter[^]*backTo/,
    );
    assert.match(
      messages([], { inputs: { d: { type: 'duration', default: 'soon' } } })[0] ?? '',
      /not a duration/,
    );
    assert.match(
      messages([], { inputs: { n: { type: 'number', default: '1' } } })[0] ?? '',
      /must be a number, this is a string/,
    );
  });

  it('passes over parts of a wrong shape, which the schema reports', () => {
    for (const runbook of [
      null,
      1,
      [],
      { stages: 3 },
      {
        stages: [null, { steps: [7, { do: 1, when: {}, with: 'x', check: [] }] }],
        inputs: [],
        columns: null,
        expects: [null],
      },
    ]) {
      assert.deepEqual(
        validateRunbook(runbook).filter(({ message }) => message.includes('undefined')),
        [],
      );
    }
  });

  it('lets the end use every fact, on the manager only, and begin nothing that cannot be undone', () => {
    const gate = { id: 'bypass', approve: 'in place?', covers: 'extra', needs: ['case'] };
    const undo = { id: 'undone', when: 'has(manager.bypass)', approve: 'undone since ${manager.bypass.at}?' };
    const atEnd = [{ id: 'end', on: 'manager', steps: [undo] }];
    assert.deepEqual(messages([manager(gate)], { atEnd }), []);
    assert.match(messages([manager(gate)], { atEnd: [{ ...atEnd[0], id: 'm' }] })[0] ?? '', /second stage/);
    assert.deepEqual(messages([manager()], { atEnd }).slice(0, 1), [
      'atEnd.0.steps.0.when: manager.bypass: no step "bypass" makes this fact',
    ]);
    assert.deepEqual(
      messages([manager(gate)], {
        atEnd: [{ id: 'end', on: 'devices', steps: [{ id: 'a', do: 'writeReport' }] }],
      }),
      ['atEnd.0.on: a stage of atEnd is on manager, this one is on devices'],
    );
    const launch = { id: 'l', do: 'launchGenerateCerts' };
    assert.match(
      messages([manager(gate)], { atEnd: [{ id: 'end', on: 'manager', steps: [launch] }] })[0] ?? '',
      /does not belong into atEnd/,
    );
  });

  it('wants reason or case only from an approval that is asked on its own', () => {
    const [fault] = messages([manager({ id: 'go', approve: 'go?', needs: ['reason'] })]);
    assert.match(fault ?? '', /stages\.0\.steps\.0\.needs: .*covers: extra/);
  });

  it('gives a poll its own last observation', () => {
    const poll = { id: 'tasks', poll: 'checkCriticalTasks', until: 'manager.tasks.clear' };
    const before = '${has(manager.tasks) ? manager.tasks : {}}';
    assert.deepEqual(messages([manager({ ...poll, with: { before } })]), []);
    assert.equal(messages([manager({ id: 'tasks', do: 'checkCriticalTasks', with: { before } })]).length, 1);
  });
});
