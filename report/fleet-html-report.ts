import type { FleetDocument, FleetQuestion, MemberState } from '../workflows/contract.ts';
import { fleetFacts, fleetLabel, memberLabel, phaseCounts } from './fleet-contents.ts';
import { fleetAnswerCommands } from './format/command-line.ts';
import { scoreTotal } from './format/score.ts';
import { durationText, plural, utc } from './format/time.ts';
import { all, html, safe } from './html/markup.ts';
import { htmlPage } from './html/page.ts';
import { reportHead } from './html/report-head.ts';
import { commandList } from './html/sections.ts';
import { fleetLegend, memberPicture } from './picture/member-picture.ts';
import { reportFolderName } from './report-files.ts';

/** The fleet as one HTML file: a bar for each member, and the way to the member's own report beside it. Pure. */
export function fleetHtmlReport(document: FleetDocument): string {
  const { members, leftToDo, leftOut, questions, decisions } = document;
  const hasManagers = members.some(({ manager }) => manager !== '');
  return htmlPage(
    document.run,
    html`!${reportHead(document, safe(document.fleet.name), fleetLabel(document))} !${tiles(document)}
      !${list(
        'loud',
        'Left for a person',
        leftToDo.map((text) => safe(text)),
      )}
      !${questionSection(questions)}
      <section>
        <h2>How far each member came</h2>
        !${memberPicture(document)}!${fleetLegend()}
      </section>
      <section>
        <h2>Members</h2>
        <div class="scroll">
          <table class="blocks">
            <thead>
              <tr>
                <th>member</th>
                !${hasManagers ? html`<th>FMC</th>` : ''}
                <th>how it ended</th>
                <th class="num">exit code</th>
                <th>devices</th>
                <th>from, took</th>
                <th>left</th>
              </tr>
            </thead>
            <tbody>
              !${all(members, (member) => memberRow(member, document))}
            </tbody>
          </table>
        </div>
      </section>
      <section>
        <h2>What happened</h2>
        <dl>
          !${all(
            fleetFacts(document),
            ([label, text]) =>
              html`<dt>${label.toLowerCase()}</dt>
                <dd>${text}</dd>`,
          )}
        </dl>
      </section>
      !${list(
        '',
        'Left out of the plan',
        leftOut.map(({ name, reason }) => `${name}: ${safe(reason)}`),
      )}
      !${list(
        '',
        'Decisions',
        decisions.map(
          ({ at, by, verb, box, reason }) =>
            `${utc(at)} · ${safe(by)} · ${verb}${box === undefined ? '' : ` · ${safe(box)}`}${reason === undefined || reason === '' ? '' : ` · “${safe(reason)}”`}`,
        ),
      )}
      <footer>
        All times in UTC. The report of each member says what stands on each of its devices. This page holds
        no password and no private key.
      </footer>`,
  );
}

function tiles({ members, startedAt, endedAt }: FleetDocument): string {
  const of = (status: MemberState['status']): number =>
    members.filter((member) => member.status === status).length;
  const done = members.reduce((sum, { score }) => sum + score.done, 0);
  const devices = members.reduce((sum, { score }) => sum + scoreTotal(score), 0);
  const tile = (value: string | number, label: string): string =>
    html`<div class="tile"><b>${value}</b><span>${label}</span></div>`;
  return html`<div class="tiles">
    !${tile(members.length, plural(members.length, 'member'))}!${tile(of('done'), 'done')}!${tile(members.length - of('done'), 'not done')}!${tile(`${done}/${devices}`, 'devices done')}!${tile(endedAt === undefined ? 'not closed' : durationText(new Date(endedAt).getTime() - new Date(startedAt).getTime()), 'from start to end')}
  </div>`;
}

function memberRow(member: MemberState, { phases }: FleetDocument): string {
  const { name, run, runStartedAt, score, startedAt, endedAt, note, left, leftToDo } = member;
  const took =
    startedAt === null
      ? ''
      : `${utc(startedAt)}${endedAt === null ? '' : `, ${durationText(new Date(endedAt).getTime() - new Date(startedAt).getTime())}`}`;
  const link =
    runStartedAt === null
      ? html`${name}`
      : html`<a
          href="../${encodeURIComponent(reportFolderName({ run, startedAt: runStartedAt }))}/report.html"
          >${name}</a
        >`;
  const counts = phaseCounts(member.phases, phases).map(({ title, count }) => `${count} ${title}`);
  const more = left - leftToDo.length;
  const rest = all(
    [...(note === null ? [] : [note]), ...leftToDo, ...(more > 0 ? [`and ${String(more)} more`] : [])],
    (text) => html`<div>${safe(text)}</div>`,
  );
  return html`<tr>
    <td class="name">!${link}</td>
    !${member.manager === '' ? '' : html`<td>${safe(member.manager)}</td>`}
    <td class="state">
      <span class="dot" style="background:var(--!${tone(member)})"></span
      >${memberLabel(member)}${member.followed ? ', started by somebody else' : ''}
    </td>
    <td class="num" data-head="exit code">${member.exitCode ?? ''}</td>
    <td>${score.done} of ${scoreTotal(score)} done${counts.length === 0 ? '' : ` (${counts.join(', ')})`}</td>
    <td class="when">${took}</td>
    !${rest === '' ? html`<td></td>` : html`<td class="long" data-head="left:">!${rest}</td>`}
  </tr>`;
}

/** Colour of a member's mark. */
function tone({ status }: MemberState): string {
  const tones: Record<MemberState['status'], string> = {
    waiting: 'notStarted',
    running: 'running',
    parked: 'parked',
    done: 'proven',
    skipped: 'skipped',
    'needs-hands': 'needsHands',
  };
  return tones[status];
}

function questionSection(questions: FleetDocument['questions']): string {
  if (questions.length === 0) return '';
  const item = (question: FleetQuestion): string =>
    html`<li>
      ${safe(question.run)}: ${safe(question.box)}: ${safe(question.text)}
      !${commandList(fleetAnswerCommands('runbook', question, questions))}
    </li>`;
  return html`<section class="ask">
    <h2>Open questions</h2>
    <ul>
      !${all(questions, item)}
    </ul>
  </section>`;
}

function list(kind: string, title: string, items: readonly string[]): string {
  if (items.length === 0) return '';
  return html`<section class="!${kind}">
    <h2>${title}</h2>
    <ul>
      !${all(items, (text) => html`<li>${text}</li>`)}
    </ul>
  </section>`;
}
