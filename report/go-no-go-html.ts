import { verdictLabel, type GoNoGo, type Point, type Verdict } from './go-no-go.ts';
import type { PlanChanges } from './plan-changes.ts';
import { durationText, utc } from './format/time.ts';
import { names } from './format/names.ts';
import { faultSection } from './html/fault-section.ts';
import { all, html, safe } from './html/markup.ts';
import { htmlPage } from './html/page.ts';
import { rolloutList } from './html/rollout-section.ts';
import type { FaultyDocument } from './known-faults.ts';
import { nightPicture } from './picture/night-picture.ts';

const badges: Record<Verdict, string> = { go: 'good', 'go-with-open-points': 'wait', 'no-go': 'bad' };

export interface GoNoGoExtras {
  /** For the known faults that the looks met. */
  readonly plan: FaultyDocument;
  readonly changes?: PlanChanges | undefined;
}

/** The go/no-go page as one HTML file that needs nothing else. Pure; every text from outside is escaped. */
export function goNoGoHtml(page: GoNoGo, extras: GoNoGoExtras): string {
  const managers = page.managers.join(', ');
  return htmlPage(
    `${verdictLabel[page.verdict]}: ${managers}`,
    html`<div class="head">
        <div>
          <h1>${managers}</h1>
          <div class="soft">
            ${page.runbook} · change ${page.changeId ?? 'none given'} · looked at ${utc(page.lookedAt)};
            nothing was changed
          </div>
        </div>
        <span class="badge big !${badges[page.verdict]}">${verdictLabel[page.verdict]}</span>
      </div>
      !${points('What forbids it', page.against, 'loud')}
      <section class="!${page.latest.generateBy === null ? 'ask' : ''}">
        <h2>Latest safe time to generate</h2>
        <p class="lead">${page.latest.text}</p>
        !${
          page.latest.startBy === null
            ? ''
            : html`<p class="soft">
                With what comes before it, the run begins at ${utc(page.latest.startBy)} at the latest.
              </p>`
        }
        !${page.toLockout === null ? '' : html`<p>Until devices are lost: ${page.toLockout}</p>`}
        !${
          page.lockout.length === 0
            ? ''
            : html`<h3>Devices without time</h3>
                !${pointList(page.lockout)}`
        }
      </section>
      !${nightSection(page)} !${rolloutSection(page)} !${points('Open points', page.open, 'ask')}
      !${changeSection(extras.changes)}
      <section>
        <h2>Who has to be awake</h2>
        !${table(
          ['who', 'from', 'for'],
          page.awake.map((item) => [item.who, item.from, item.for]),
        )}
      </section>
      <section>
        <h2>To be switched off meanwhile</h2>
        !${table(
          ['what', 'where', 'why'],
          page.switchOff.map((item) => [item.what, item.where, item.why]),
        )}
      </section>
      <section>
        <h2>What is only assumed</h2>
        !${list(page.assumed)}
      </section>
      !${faultSection(extras.plan)}
      <section>
        <h2>What is proven, and since when</h2>
        !${table(
          ['looked at', 'what'],
          page.proven.map(({ at, text }) => [utc(at), text]),
          'when',
        )}
      </section>
      <footer>
        All times in UTC. Times per stage are estimates of the runbook. The run looks at everything again
        before it changes anything, and refuses when the boxes are not as shown here. This page holds no
        password and no private key.
      </footer>`,
  );
}

function nightSection(page: GoNoGo): string {
  const { pointOfNoReturn: point, phases } = page;
  if (phases.length === 0) return '';
  return html`<section>
    <h2>The night, about ${durationText(page.totalMs)} (estimate)</h2>
    !${nightPicture(page)}
    <ol class="stages">
      !${all(
        phases,
        (phase) =>
          html`<li class="!${phase.isBeyond ? 'beyond' : ''}">
            ${phase.title} <span class="soft">${durationText(phase.toMs - phase.fromMs)}</span>
          </li>`,
      )}
    </ol>
    !${
      point === null
        ? ''
        : html`<div class="no-return">
            <b>Point of no return: ${point.title}</b> <code>${point.path}</code>
            <p>${point.means}</p>
          </div>`
    }
  </section>`;
}

/** What is begun in portions, and what holds it back. */
function rolloutSection({ rollouts, override }: GoNoGo): string {
  if (rollouts.length === 0 && override === null) return '';
  return html`<section>
    <h2>In waves, under a budget, in windows</h2>
    !${all(
      rollouts,
      ({ title, lines }) =>
        html`<h3>${title}</h3>
          !${rolloutList(lines)}`,
    )}
    !${override === null ? '' : html`<p><b>Set aside:</b> ${override}</p>`}
    <p class="soft">Deliveries are never held back by it.</p>
  </section>`;
}

function changeSection(changes: PlanChanges | undefined): string {
  if (changes === undefined) return '';
  return html`<section>
    <h2>Since the look of ${utc(changes.since)}</h2>
    !${changes.lines.length === 0 ? html`<p>Nothing has changed.</p>` : list(changes.lines)}
  </section>`;
}

function points(title: string, items: readonly Point[], tone: string): string {
  if (items.length === 0) return '';
  return html`<section class="!${tone}">
    <h2>${title}</h2>
    !${pointList(items)}
  </section>`;
}

/** More names than that are counted. */
const namedBoxes = 12;

function pointList(items: readonly Point[]): string {
  return html`<ul>
    !${all(items, ({ text, boxes }) => {
      const whose = names(boxes, namedBoxes);
      return html`<li>!${whose === '' ? '' : html`<b>${whose}</b>: `}${text}</li>`;
    })}
  </ul>`;
}

function list(items: readonly string[]): string {
  if (items.length === 0) return html`<p class="soft">nothing</p>`;
  return html`<ul>
    !${all(items, (text) => html`<li>${safe(text)}</li>`)}
  </ul>`;
}

/** A table that becomes blocks on a narrow screen: each cell then carries its heading. */
function table(heads: readonly string[], rows: readonly (readonly string[])[], first = 'name'): string {
  if (rows.length === 0) return html`<p class="soft">nothing is said of it</p>`;
  return html`<table class="blocks">
    <thead>
      <tr>
        !${all(heads, (head) => html`<th>${head}</th>`)}
      </tr>
    </thead>
    <tbody>
      !${all(
        rows,
        (cells) =>
          html`<tr>
            !${all(cells, (cell, at) => html`<td data-head="${heads[at] ?? ''}" class="!${at === 0 ? first : 'long'}">${safe(cell)}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}
