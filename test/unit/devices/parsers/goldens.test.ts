import assert from 'node:assert/strict';
import fc from 'fast-check';
import { goldens, parsers, type Golden } from './goldens.ts';

type Result<P extends keyof typeof parsers> = ReturnType<(typeof parsers)[P]>;

/**
 * What must hold between a text and the same text damaged: what comes of it, `damaged`, says nothing good that the whole one does
 * not say. A parser is named here when something is decided by it.
 */
const saysNoMore: {
  readonly [P in keyof typeof parsers]?: (whole: Result<P>, damaged: Result<P>) => boolean;
} = {
  'sftunnel-status': (whole, damaged) =>
    damaged.peers.every((peer) => !peer.up || whole.peers.some((one) => one.up && one.peer === peer.peer)),
  'sftunnel-status-brief': (whole, damaged) =>
    damaged.every((peer) => !peer.up || whole.some((one) => one.up && one.peer === peer.peer)),
  // A process id that is cut short would be taken for a new one.
  'pmtool-status': (whole, damaged) =>
    damaged.every((one) => whole.some((same) => same.id === one.id && same.pid === one.pid)),
  // Rows that did not come must not be taken for tasks that do not run.
  omniquery: (whole, damaged) =>
    !damaged.isReadable || (whole.isReadable && whole.rows.length === damaged.rows.length),
  'openssl-dates': (whole, damaged) =>
    damaged === undefined || JSON.stringify(damaged) === JSON.stringify(whole),
  'ims-conf': (whole, damaged) => damaged.uuid === undefined || damaged.uuid === whole.uuid,
  'show-version': (whole, damaged) => damaged.uuid === undefined || damaged.uuid === whole.uuid,
  'show-managers': (whole, damaged) =>
    !damaged.isReadable || damaged.managers.length <= whole.managers.length,
  'generate-output': (whole, damaged) =>
    damaged.prompt === undefined || damaged.prompt.id === 'first-yes' || whole.prompt !== undefined,
};

/** Lines that no parser knows; where skipping is safe, they change nothing. */
const foreign = [
  '',
  'A line of a release to come = 7',
  '\tTOTAL TRANSMITTED MESSAGES <3> for Identity service',
  '***********************',
];
const skipsForeign: readonly (keyof typeof parsers)[] = [
  'sftunnel-status',
  'sftunnel-status-brief',
  'show-managers',
  'show-version',
  'pmtool-status',
  'openssl-dates',
  'ims-conf',
];

function parse({ parser }: Golden, text: string): unknown {
  return parsers[parser](text);
}

function holds(golden: Golden, damaged: string): boolean {
  const rule = saysNoMore[golden.parser] as ((whole: unknown, damaged: unknown) => boolean) | undefined;
  return rule === undefined || rule(parse(golden, golden.text), parse(golden, damaged));
}

describe('parsers', () => {
  for (const golden of goldens) {
    describe(`${golden.name} (${golden.mark})`, () => {
      const lines = golden.text.split('\n');

      it('is read as it should be', () => {
        assert.deepEqual(JSON.parse(JSON.stringify(parse(golden, golden.text) ?? null)), golden.expect);
      });

      it('is read the same with the line ends of a terminal', () => {
        assert.deepEqual(
          JSON.parse(JSON.stringify(parse(golden, golden.text.replaceAll('\n', '\r\n')) ?? null)),
          golden.expect,
        );
      });

      it('says nothing good that is not there, wherever it is cut', () => {
        for (let at = 0; at < golden.text.length; at += 1) {
          assert.ok(holds(golden, golden.text.slice(0, at)), `the first ${at} characters`);
        }
      });

      it('is read without failing, whatever is lost, doubled or out of order', () => {
        fc.assert(
          fc.property(fc.shuffledSubarray([...lines, ...lines.slice(0, 3)]), (some) => {
            parse(golden, some.join('\n'));
          }),
          { numRuns: 50 },
        );
      });

      if (skipsForeign.includes(golden.parser))
        it('is read the same with lines in between that nobody knows', () => {
          fc.assert(
            fc.property(fc.nat(lines.length - 1), fc.constantFrom(...foreign), (at, line) => {
              const more = [...lines.slice(0, at), line, ...lines.slice(at)].join('\n');
              assert.deepEqual(parse(golden, more), parse(golden, golden.text));
            }),
            { numRuns: 50 },
          );
        });
    });
  }

  it('have a golden text each, with its source', () => {
    assert.deepEqual([...new Set(goldens.map(({ parser }) => parser))].sort(), Object.keys(parsers).sort());
    for (const { name, from } of goldens) assert.ok(from.length > 5, name);
  });

  it('read any text without failing', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const one of Object.values(parsers)) one(text);
      }),
    );
  });

  it('give the same for the peers of a status, in whatever order their blocks come', () => {
    const golden = goldens.find(({ name }) => name === 'sftunnel-status-later-release');
    const blocks = (golden?.text ?? '').split(/^(?=\*\*RUN STATUS)/m);
    const [head = '', ...peers] = blocks;
    const verdicts = (text: string): string[] =>
      parsers['sftunnel-status'](text)
        .peers.map(({ peer, up }) => `${peer} ${up}`)
        .sort();
    fc.assert(
      fc.property(fc.shuffledSubarray(peers, { minLength: peers.length }), (order) => {
        assert.deepEqual(verdicts(head + order.join('')), verdicts(head + peers.join('')));
      }),
    );
  });

  it('offer no answer to a question before the whole of it is there', () => {
    const rules = parsers['generate-output'];
    for (const question of [
      'Do you want to delete the old certificates and continue? [yes/no]:',
      'Do you want to continue and reboot? [yes/no]:',
      'Existing files will be overwritten. Do you want to continue\nwith that? [yes/no]:',
    ])
      for (let at = 0; at <= question.length; at += 1)
        assert.equal(rules(`\n${question.slice(0, at)}`).prompt, undefined, question.slice(0, at));
  });
});
