import assert from 'node:assert/strict';
import {
  fleetFrame,
  fleetJson,
  fleetLines,
  fleetPage,
  type ShownFleet,
} from '../../../cli/output/fleet-page.ts';
import { displayWidth } from '../../../cli/output/layout.ts';
import { fleetAdvance, paceSoFar } from '../../../cli/output/pace.ts';
import { plainPaint, type View } from '../../../cli/output/view.ts';
import {
  fleetAnswerCommands,
  fleetHtmlReport,
  fleetResultSchema,
  fleetTextReport,
  reportFolderName,
} from '../../../report/index.ts';
import type { FleetQuestion } from '../../../workflows/contract.ts';
import { closed, hundred } from './fleet-documents.ts';

const view: View = {
  paint: plainPaint,
  width: 80,
  now: new Date('2026-11-23T20:30:00Z'),
  program: 'runbook',
};

const shown = (fleet: typeof closed): ShownFleet => ({
  ...fleet,
  members: fleet.members.map((member) => ({ ...member, step: null })),
});

describe('the pages of a fleet', () => {
  it('show a hundred members on 80 columns and 30 lines: what needs a person first, the rest counted', () => {
    const lines = fleetFrame(hundred, view, 30).split('\n');
    assert.ok(lines.length < 30, `${lines.length} lines`);
    assert.deepEqual(
      lines.filter((line) => displayWidth(line) > 80),
      [],
    );
    const rows = lines.slice(lines.findIndex((line) => line.startsWith('MEMBER')));
    assert.match(rows[1] ?? '', /^site-12 .*\? waits +9\/10 .* 1$/);
    assert.match(rows[2] ?? '', /^site-13 .*✗ left/);
    assert.match(rows[3] ?? '', /^site-14 .*› running +4\/10/);
    const text = lines.join('\n');
    assert.match(text, /and \d+ more members: .*12 done/);
    assert.match(text, /100 members {2}done 12 · running 6 · waiting 1 · failed 1 · not started 80/);
    assert.match(text, /runbook retry renew\/aaaaaaaa-0000-4000-8000-000000site12 --device ftd-3/);
  });

  it('show no FMC where the runbook has no manager', () => {
    const fleet = { ...closed, members: closed.members.map((member) => ({ ...member, manager: '' })) };
    for (const text of [
      fleetFrame(shown(fleet), view, 30),
      fleetPage(shown(fleet), view),
      fleetTextReport(fleet),
    ])
      assert.doesNotMatch(text.replace(/.*its FMC has no backup.*/g, ''), /\bFMC\b/);
    assert.doesNotMatch(fleetHtmlReport(fleet), /<th>FMC|<td><\/td>\s*<td class="state"/);
    assert.match(fleetTextReport(closed), /MEMBER +FMC/);
    assert.match(fleetHtmlReport(closed), /<th>FMC/);
  });

  it('tell how many devices have come how far, and how long the others take at the rate of the fleet', () => {
    const closedCanary = hundred.members.map((member) =>
      member.name === 'site-0' ? { ...member, name: 'paris' } : member,
    );
    const fleet = { ...hundred, members: closedCanary };
    const pace = paceSoFar(fleetAdvance(fleet), view.now);
    const text = fleetFrame(fleet, view, 30, pace === undefined ? {} : { pace });
    assert.match(text, /^1000 devices: 105 proven · 24 delivered · 1 issued · 870 not begun$/m);
    // In half an hour 12 members, one with something left: 130 devices; 800 of those not begun and 60 at work wait for nobody.
    assert.match(text, /^pace +4\.3 devices a minute · about 3h \d+m left at the rate of this fleet$/m);
    assert.match(fleetPage(fleet, view), /left at the rate of this fleet/);
    const alone = fleet.members.map((member) =>
      member.name === 'paris' ? { ...member, status: 'running' as const, endedAt: null } : member,
    );
    assert.equal(
      paceSoFar(fleetAdvance({ ...fleet, members: alone }), view.now),
      undefined,
      'the canary alone',
    );
  });

  it('keep a command that is longer than the terminal whole, on lines that a shell joins', () => {
    const question = { ...hundred.questions[0], code: 'APPROVAL', answers: ['approve'], needs: ['reason'] };
    const long = {
      ...question,
      id: 'prove@a-manager-with-a-long-name/proveNow#1',
    } as FleetQuestion;
    const frame = fleetFrame({ ...hundred, questions: [long, long, long, long] }, view, 24);
    const lines = frame.split('\n');
    assert.ok(lines.length < 24, `${lines.length} lines`);
    assert.deepEqual(
      lines.filter((line) => displayWidth(line) > 80),
      [],
    );
    assert.ok(
      frame
        .replaceAll(/ \\\n +/g, ' ')
        .includes(fleetAnswerCommands('runbook', long, [long])[0]?.command ?? '-'),
      frame,
    );
    assert.match(frame, /\? \d more/);
  });

  it('list every member where that is asked for', () => {
    const page = fleetPage(hundred, view, { memberLimit: Infinity });
    assert.equal(page.split('\n').filter((line) => /^site-\d/.test(line)).length, 100);
    assert.match(page, /^site-20 .*‖ held/m);
    assert.match(page, /oslo: its FMC has no backup/);
  });

  it('say as lines only what has changed', () => {
    assert.ok(fleetLines(undefined, hundred, view).length > 20);
    assert.deepEqual(fleetLines(hundred, hundred, view), []);
    const members = hundred.members.map((member) =>
      member.name === 'site-14'
        ? { ...member, status: 'done' as const, endedAt: '2026-11-23T20:29:00Z' }
        : member,
    );
    const lines = fleetLines(hundred, { ...hundred, members }, view);
    assert.match(lines[0] ?? '', /20:29:00.* ✓ done {2}site-14 \(fmc-site-14\)/);
    assert.equal(lines.length, 2, 'and the score');
  });

  it('say at the end what is left and how to go on', () => {
    const page = fleetPage(shown(closed), view);
    assert.match(page, /fleet\/emea {2}closed, some devices left/);
    assert.match(page, /^again: +runbook plan renew-sftunnel-ca --fleet \/night\/fleet.yaml --member lyon$/m);
    assert.match(page, /report: +runbook report fleet\/emea/);
  });

  it('print what the published schema describes, each question with its commands', () => {
    assert.deepEqual(fleetResultSchema.safeParse(closed).error?.issues, undefined);
    const printed = fleetJson(hundred, 'runbook') as { questions: { commands: { verb: string }[] }[] };
    assert.deepEqual(fleetResultSchema.safeParse(printed).error?.issues, undefined);
    assert.deepEqual(
      printed.questions[0]?.commands.map(({ verb }) => verb),
      ['retry', 'skip'],
    );
  });
});

describe('the report of a fleet', () => {
  it('has a bar and a link for each member that has a report, and lets no markup of a box through', () => {
    const html = fleetHtmlReport(closed);
    const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, link = '']) => link);
    assert.deepEqual(
      links,
      closed.members.map(
        ({ run, runStartedAt }) =>
          `../${reportFolderName({ run, startedAt: runStartedAt ?? '' })}/report.html`,
      ),
    );
    assert.equal([...html.matchAll(/class="member"/g)].length, 3);
    assert.ok(!html.includes('<script>'));
    assert.match(html, /ftd-3: Deliver its set by hand/);
    assert.match(html, /started by somebody else/);
  });

  it('says as text how each member ended, what is left, and where its report is', () => {
    const text = fleetTextReport(closed);
    assert.match(text, /Outcome +closed, something left \(exit code 4\)/);
    assert.match(text, /^lyon +fmc-lyon +closed, something left +4 +9 of 10/m);
    assert.match(text, /- lyon: ftd-3: Deliver its set by hand/);
    assert.match(text, /oslo: its FMC has no backup/);
    assert.match(text, /paris: renew_.*\/report\.html/);
  });
});
