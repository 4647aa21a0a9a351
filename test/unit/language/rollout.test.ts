import assert from 'node:assert/strict';
import { inputNamed, readAmount, readWaves } from '../../../language/index.ts';
import { validateRunbook } from '../../../language/validate.ts';

const restart = { id: 'r', do: 'restartTunnel' };

/** Faults of a runbook with one device stage that has this rollout. */
function faults(rollout: Record<string, unknown>, steps: object[] = [restart], on = 'devices'): string[] {
  return validateRunbook({
    families: { manager: 'm', device: 'd' },
    phases: [],
    inputs: {
      sizes: { type: 'waves', default: '1, 10%' },
      most: { type: 'budget', default: '5%' },
      when: { type: 'windows', default: '' },
      canary: { type: 'string', default: '' },
    },
    stages: [{ id: 'd', on, rollout, steps }],
  }).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('sizes of waves and budgets', () => {
  it('are whole numbers or percentages', () => {
    assert.deepEqual(readAmount('2'), { count: 2 });
    assert.deepEqual(readAmount(0), { count: 0 });
    assert.deepEqual(readAmount(' 10 % '), { percent: 10 });
    for (const wrong of ['', '-1', '1.5', '101%', 'all', 1.5, -1, null, '10%%', '1e3'])
      assert.equal(readAmount(wrong), undefined, String(wrong));
  });

  it('come as a list or as a text, none of them nothing', () => {
    const sizes = [{ count: 1 }, { percent: 10 }, { percent: 100 }];
    assert.deepEqual(readWaves('1, 10%,100%'), sizes);
    assert.deepEqual(readWaves([1, '10%', '100%']), sizes);
    for (const wrong of ['', '1,', '0', '1, 0%', [], [0], {}, 3])
      assert.equal(readWaves(wrong), undefined, JSON.stringify(wrong));
  });

  it('may be taken from an input, named alone', () => {
    assert.equal(inputNamed('${inputs.waves}'), 'waves');
    assert.equal(inputNamed('${inputs.waves} 1'), undefined);
    assert.equal(inputNamed('${manager.waves}'), undefined);
  });
});

describe('the rollout of a stage', () => {
  it('is taken with numbers, and with inputs of the right type', () => {
    assert.deepEqual(
      faults({
        waves: [1, '10%'],
        budget: 0,
        first: 'device.name == inputs.canary',
        askAfterFirst: 'inputs.canary != ""',
      }),
      [],
    );
    assert.deepEqual(
      faults({ waves: '${inputs.sizes}', budget: '${inputs.most}', window: '${inputs.when}' }),
      [],
    );
  });

  it('names inputs that exist, of the type that was checked', () => {
    assert.deepEqual(
      faults({ waves: '${inputs.most}', budget: '${inputs.canary}', window: '${inputs.whem}' }),
      [
        'stages.0.rollout.waves: the input "most" must be of type waves',
        'stages.0.rollout.budget: the input "canary" must be of type budget',
        'stages.0.rollout.window: there is no input "whem"',
      ],
    );
  });

  it('never holds back what brings a set to a device', () => {
    assert.deepEqual(faults({ budget: 1 }, [{ id: 'b', do: 'deliverCerts' }, restart]), [
      'stages.0.steps.0.do: "deliverCerts" must not be held back, and this stage has a rollout',
    ]);
    assert.deepEqual(faults({ budget: 1 }, [{ id: 'b', do: 'copyCertsFromManager' }]).length, 1);
  });

  it('may hold back what fits any box, but only where no manager makes anything for it', () => {
    const put = { id: 'p', do: 'putFiles' };
    const families = (families: object): string[] =>
      validateRunbook({
        families,
        phases: [],
        inputs: {},
        stages: [{ id: 'd', on: 'devices', rollout: { budget: 1 }, steps: [put] }],
      })
        .map(({ message }) => message)
        .filter((message) => message.includes('held back'));
    assert.deepEqual(families({ device: 'linux' }), []);
    assert.equal(families({ manager: 'm', device: 'd' }).length, 1);
  });

  it('is about devices, and about changes', () => {
    assert.match(faults({ budget: 1 }, [{ id: 't', do: 'tidyManager' }], 'manager')[0] ?? '', /on manager/);
    assert.match(faults({ budget: 1 }, [{ id: 'l', do: 'inspectDevice' }])[0] ?? '', /changes nothing/);
  });

  it('has conditions over what is known by then', () => {
    assert.match(faults({ first: 'device.nothing.x' })[0] ?? '', /rollout.first/);
    assert.match(faults({ askAfterFirst: 'device.name == "a"' })[0] ?? '', /rollout.askAfterFirst/);
    assert.deepEqual(faults({ waves: [1, '0%'] }), [
      'stages.0.rollout.waves.1: a wave of 0% would never end',
    ]);
  });

  it('takes defaults of inputs that can be read', () => {
    const found = validateRunbook({
      families: { manager: 'm' },
      phases: [],
      inputs: {
        a: { type: 'waves', default: '1, all' },
        b: { type: 'budget', default: 'few' },
        c: { type: 'windows', default: '0 22 * * * for 6h in UTC' },
      },
      stages: [{ id: 'm', on: 'manager', steps: [{ id: 'r', do: 'readIdentity' }] }],
    });
    assert.deepEqual(
      found.map(({ path }) => path.join('.')),
      ['inputs.a.default', 'inputs.b.default', 'inputs.c.default'],
    );
  });
});
