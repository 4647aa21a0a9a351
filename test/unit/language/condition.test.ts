import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RunbookError } from '../../../errors/index.ts';
import {
  checkExpression,
  conjuncts,
  evaluateCondition,
  evaluateExpression,
  interpolate,
  referencedNames,
  resolveParams,
  valueOrNull,
} from '../../../language/condition.ts';

const facts = {
  inputs: { proof: 'none', maxAge: '7d' },
  manager: { ca: { daysLeft: 40, fingerprint: 'ab', none: null }, 'check-tasks': { clear: true } },
  devices: [
    { name: 'FTD-1', look: { case: 'A' } },
    { name: 'FTD-2', look: { case: 'C' } },
  ],
};

function thrown(run: () => unknown): RunbookError {
  try {
    run();
  } catch (error) {
    if (error instanceof RunbookError) return error;
    throw error;
  }
  assert.fail('nothing was thrown');
}

describe('condition', () => {
  it('decides over facts', () => {
    assert.equal(evaluateCondition('manager.ca.daysLeft > 30 && inputs.proof == "none"', facts), true);
    assert.equal(evaluateCondition('devices.exists(d, d.look.case == "B")', facts), false);
    assert.equal(evaluateCondition('manager["check-tasks"].clear', facts), true);
    assert.equal(evaluateCondition('manager.ca.none == null', facts), true);
  });

  it('names the missing path instead of being silently false', () => {
    assert.match(
      thrown(() => evaluateCondition('manager.ca.age > 3', facts)).message,
      /manager\.ca\.age is missing/,
    );
    assert.match(thrown(() => evaluateCondition('manager.x.y', facts)).message, /manager\.x is missing/);
    assert.match(thrown(() => evaluateCondition('nowhere.x', facts)).message, /nowhere is missing/);
    assert.match(
      thrown(() => evaluateCondition('devices[5].name == "x"', facts)).message,
      /devices\[5\] is missing/,
    );
    assert.equal(evaluateCondition('has(manager.ca) && !has(manager.x)', facts), true);
  });

  it('does not see what an object inherits, nor undefined', () => {
    assert.equal(evaluateCondition('has(manager.constructor)', facts), false);
    assert.match(thrown(() => evaluateExpression('manager.ca.toString', facts)).message, /is missing/);
    assert.match(
      thrown(() => evaluateExpression('a.b', { a: { b: undefined } } as never)).message,
      /a\.b is missing/,
    );
  });

  it('throws STEP_ASSERT with the expression when the result is not true or false', () => {
    const error = thrown(() => evaluateCondition('manager.ca.daysLeft', facts));
    assert.equal(error.code, 'STEP_ASSERT');
    assert.match(error.message, /`manager\.ca\.daysLeft` cannot be decided: it gives a number/);
  });

  it('gives plain JSON, a copy', () => {
    assert.equal(evaluateExpression('size(devices)', facts), 2);
    assert.deepEqual(evaluateExpression('{"n": 1, "l": [1, 2.5, "a", null]}', facts), {
      n: 1,
      l: [1, 2.5, 'a', null],
    });
    assert.equal(evaluateExpression('timestamp("2026-01-02T03:04:05Z")', facts), '2026-01-02T03:04:05.000Z');
    const ca = evaluateExpression('manager.ca', facts);
    assert.deepEqual(ca, facts.manager.ca);
    assert.notEqual(ca, facts.manager.ca);
    assert.equal(
      thrown(() => evaluateExpression('1.0 / (manager.ca.daysLeft - 40)', facts)).code,
      'STEP_ASSERT',
    );
  });

  it('mixes whole and fractional numbers, since JSON facts do not tell them apart', () => {
    for (const [expression, value] of [
      ['manager.ca.daysLeft - 1', 39],
      ['1 + 1.5', 2.5],
      ['manager.ca.daysLeft % 7', 5],
      ['manager.ca.daysLeft / 8', 5],
      ['seconds(inputs.maxAge) / 86400', 7],
    ] as const) {
      assert.equal(evaluateExpression(expression, facts), value, expression);
    }
    fc.assert(
      fc.property(
        fc.integer({ min: -1e6, max: 1e6 }),
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        (a, b) => {
          assert.equal(evaluateExpression('x.a + x.b', { x: { a, b } }), a + b);
          assert.equal(evaluateCondition('x.a < x.b', { x: { a, b } }), a < b);
        },
      ),
    );
  });

  it('keeps no types from an earlier evaluation of the same text', () => {
    assert.equal(evaluateExpression('x.a + x.b', { x: { a: 1, b: 2 } }), 3);
    assert.equal(evaluateExpression('x.a + x.b', { x: { a: '1', b: '2' } }), '12');
  });

  it('puts values into texts', () => {
    assert.equal(
      interpolate('CA of ${manager.ca.fingerprint}: ${manager.ca.daysLeft} days', facts),
      'CA of ab: 40 days',
    );
    assert.equal(
      interpolate('${devices.map(d, d.name)} ${manager.ca.none} ${{"a": "}"}}', facts),
      'FTD-1, FTD-2 - {"a":"}"}',
    );
    assert.equal(interpolate('in a shell: $${HOME} $5', facts), 'in a shell: ${HOME} $5');
    assert.match(thrown(() => interpolate('ends ${manager.ca', facts)).message, /is not closed/);
  });

  it('leaves a text without expressions as it is', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes('${')),
        (text) => assert.equal(interpolate(text, {}), text),
      ),
    );
  });

  it('keeps the type of a parameter that is exactly one expression, at every depth', () => {
    assert.deepEqual(
      resolveParams(
        {
          n: '${manager.ca.daysLeft}',
          t: 'n=${manager.ca.daysLeft}',
          deep: { l: ['${manager.ca}', 3, true, null] },
          empty: '',
        },
        facts,
      ),
      { n: 40, t: 'n=40', deep: { l: [facts.manager.ca, 3, true, null] }, empty: '' },
    );
  });

  it('tells what is wrong with an expression, and where', () => {
    assert.equal(checkExpression('manager.ca.daysLeft > 3'), undefined);
    assert.match(checkExpression('manager.ca. > 3') ?? '', /offset 12/);
    assert.match(checkExpression('fingerprints(1)') ?? '', /fingerprints/);
    assert.match(checkExpression('"a" + 1') ?? '', /string \+ int/);
  });

  it('gives the same value without its reason, and null for what cannot be told', () => {
    for (const expression of [
      'manager.ca.daysLeft',
      'manager.ca',
      'manager.ca.none',
      'devices.map(d, d.name)',
    ])
      assert.deepEqual(valueOrNull(expression, facts), evaluateExpression(expression, facts));
    for (const expression of [
      'manager.ca.age',
      'manager.x.y',
      'manager.ca.daysLeft.z',
      'devices.name',
      'm.x > 1',
    ])
      assert.equal(valueOrNull(expression, facts), null, expression);
    assert.equal(valueOrNull('manager.toString', facts), null);
  });

  it('lists the facts an expression reads, without the names it binds', () => {
    assert.deepEqual(
      referencedNames(
        'has(manager.ca) && devices.filter(d, d.look.up && d.name == inputs.proof).size() > manager["x-y"].n',
      ),
      ['manager.ca', 'devices', 'devices[].look', 'devices[].name', 'inputs.proof', 'manager.x-y'],
    );
    assert.deepEqual(referencedNames('cel.bind(x, manager.ca, x.y + 1)'), ['manager.ca']);
  });

  it('takes a condition apart where all parts must hold', () => {
    assert.deepEqual(conjuncts('a.b && (c.d&&!e.f)'), ['a.b', 'c.d', '!e.f']);
  });
});
