import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readAmount, readWaves } from '../../../language/index.ts';
import { budgetOf, extended, isUsedUp } from '../../../workflows/rollout/budget.ts';
import { firstToFront, sizesText, splitIntoWaves } from '../../../workflows/rollout/waves.ts';

/** Sizes of the waves of devices that belong to nobody. */
function sizes(devices: number, waves: string): number[] {
  const alone = Array.from({ length: devices }, (_, index) => [index]);
  return splitIntoWaves(alone, readWaves(waves) ?? []).map((wave) => wave.length);
}

describe('waves', () => {
  it('are of the sizes that were given, the last one again and again', () => {
    assert.deepEqual(sizes(20, '1, 10%, 100%'), [1, 2, 17]);
    assert.deepEqual(sizes(1000, '1, 10%, 100%'), [1, 100, 899]);
    assert.deepEqual(sizes(10, '1, 2'), [1, 2, 2, 2, 2, 1]);
    assert.deepEqual(sizes(7, '50%'), [4, 3], 'percentages round up');
    assert.deepEqual(sizes(3, '1%'), [1, 1, 1], 'and are at least one device');
    assert.deepEqual(sizes(3, '10, 5'), [3]);
    assert.deepEqual(sizes(0, '1, 10%'), []);
    assert.deepEqual(sizes(5, ''), [5], 'without sizes there is one wave');
  });

  it('are counted in texts where many are of one size', () => {
    assert.equal(sizesText([1, 2, 17]), '1, then 2, then 17');
    assert.equal(sizesText(sizes(1000, '1, 10%')), '1, then 9 × 100, then 99');
    assert.equal(sizesText([5]), '5');
  });

  it('do not divide what comes one after another', () => {
    const chains = [['a1', 'a2'], ['b'], ['c1', 'c2', 'c3'], ['d']];
    assert.deepEqual(splitIntoWaves(chains, [{ count: 1 }, { count: 2 }]), [
      [['a1', 'a2']],
      [['b'], ['c1', 'c2', 'c3']],
      [['d']],
    ]);
  });

  it('begin with what comes first, with its whole group, in the order of the group', () => {
    const chains = [['a'], ['b1', 'b2'], ['c']];
    assert.deepEqual(
      firstToFront(chains, (name) => name === 'b2'),
      [['b1', 'b2'], ['a'], ['c']],
    );
    assert.deepEqual(
      firstToFront(chains, () => false),
      chains,
    );
  });

  it('hold every device once, in order, for all sizes and groups', () => {
    const amount = fc.oneof(
      fc.record({ count: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ percent: fc.integer({ min: 1, max: 100 }) }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 60 }),
        fc.array(amount, { minLength: 1, maxLength: 4 }),
        (groups, wanted) => {
          let next = 0;
          const chains = groups.map((size) => Array.from({ length: size }, () => next++));
          const waves = splitIntoWaves(chains, wanted);
          assert.deepEqual(
            waves.flat(2),
            Array.from({ length: next }, (_, index) => index),
          );
          waves.forEach((wave, index) => {
            const size = wanted[Math.min(index, wanted.length - 1)] ?? { count: 0 };
            const aim = 'count' in size ? size.count : Math.max(1, Math.ceil((size.percent * next) / 100));
            const devices = wave.flat().length;
            assert.ok(wave.length > 0);
            // Larger only by the rest of the last group, smaller only where nothing is left.
            assert.ok(devices - (wave.at(-1)?.length ?? 0) < aim);
            assert.ok(devices >= aim || index === waves.length - 1);
          });
        },
      ),
    );
  });
});

describe('a budget', () => {
  const of = (text: string, devices: number): number => budgetOf(readAmount(text), devices).borne;

  it('is a number, or a part of the devices, rounded down', () => {
    assert.equal(of('2', 20), 2);
    assert.equal(of('10%', 20), 2);
    assert.equal(of('10%', 19), 1);
    assert.equal(of('5%', 10), 0);
    assert.equal(of('0', 10), 0);
    assert.equal(of('', 10), Infinity, 'without one anything is borne');
  });

  it('is used up when more have failed than it bears', () => {
    const budget = budgetOf({ count: 2 }, 20);
    assert.deepEqual(
      [0, 1, 2, 3].map((failed) => isUsedUp(budget, failed)),
      [false, false, false, true],
    );
  });

  it('is extended by its own size from what has failed, and never made smaller', () => {
    assert.equal(extended({ borne: 2, size: 2 }, 5).borne, 7);
    assert.equal(extended({ borne: 0, size: 0 }, 1).borne, 1);
    fc.assert(
      fc.property(fc.nat(50), fc.nat(100), (size, failed) => {
        const budget = budgetOf({ count: size }, 100);
        const next = extended(budget, failed);
        assert.ok(next.borne >= budget.borne);
        assert.ok(!isUsedUp(next, failed), 'an approval always lets something begin');
        assert.ok(failed < size || isUsedUp(next, failed + size + 1));
      }),
    );
  });
});
