import type { RunDocument } from '../workflows/contract.ts';
import type { Audit } from './audit.ts';
import {
  deviceSentence,
  goalOf,
  outcomeLabel,
  phasesOf,
  toldAt,
  tookText,
  type ReportSubject,
} from './contents.ts';
import { plural, utc } from './format/time.ts';
import { takenOverText } from './hand-over.ts';
import { faultSection } from './html/fault-section.ts';
import { html, safe } from './html/markup.ts';
import { htmlPage } from './html/page.ts';
import { reportHead } from './html/report-head.ts';
import { lockoutSection, rolloutSection } from './html/rollout-section.ts';
import {
  auditSection,
  decisionSection,
  deviceSection,
  findingSection,
  haltSection,
  leftSection,
  legend,
  managerSection,
  noteSection,
  questionSection,
} from './html/sections.ts';
import { devicePicture } from './picture/device-picture.ts';
import { stepPicture } from './picture/step-picture.ts';

/**
 * The run as one HTML file that needs nothing else: no script, no request, pictures inside. Pure; every text from outside is
 * escaped, and the policy in its head forbids what could still slip through.
 */
export function htmlReport(document: RunDocument, audit?: Audit, phases?: ReportSubject['phases']): string {
  const subject = { document, audit, phases };
  const at = toldAt(subject);
  const managers = document.managers.map((manager) => safe(manager.name)).join(', ');
  return htmlPage(
    document.run,
    html`!${reportHead(document, managers === '' ? safe(document.run) : managers, outcomeLabel(document))}
      !${tiles(document)} !${haltSection(document)} !${leftSection(document)} !${questionSection(document)}
      !${lockoutSection(document, at)} !${rolloutSection(document, at)} !${faultSection(document)}
      !${
        document.devices.length === 0
          ? ''
          : html`<section>
              <h2>How far each device came</h2>
              !${devicePicture(document.devices, phasesOf(subject))}!${legend(subject)}
            </section>`
      }
      <section>
        <h2>What happened</h2>
        <p>${safe(document.summary)}</p>
        <p>${deviceSentence(document)}</p>
        !${facts(document)}
      </section>
      !${document.managers.map((manager) => managerSection(manager, at)).join('')}
      !${
        document.steps.length === 0
          ? ''
          : html`<section>
              <h2>Steps over time</h2>
              !${stepPicture(document, at)}
            </section>`
      }
      !${document.devices.length === 0 ? '' : deviceSection(subject)} !${noteSection(document)}
      !${decisionSection(document)} !${findingSection(document)} !${auditSection(audit)}
      <footer>
        All times in UTC. !${goalText(document)} This page holds no password and no private key.
      </footer>`,
  );
}

/** What "proven" means in this run; what has only come near is named by its own phase. */
function goalText(document: RunDocument): string {
  const { title, ifStopped } = goalOf(document);
  return ifStopped === '' ? '' : html`"${title}": ${ifStopped}`;
}

function tiles(document: RunDocument): string {
  const { devices } = document;
  const proven = devices.filter((device) => device.status === 'done' && device.proven).length;
  const done = devices.filter((device) => device.status === 'done').length;
  const goal = goalOf(document).title;
  const tile = (value: string | number, label: string): string =>
    html`<div class="tile"><b>${value}</b><span>${label}</span></div>`;
  return html`<div class="tiles">
    !${tile(devices.length, plural(devices.length, 'device'))}!${tile(proven, goal)}!${tile(done - proven, `finished, not ${goal}`)}!${tile(devices.length - done, 'not finished')}!${tile(tookText(document), 'from start to end')}
  </div>`;
}

function facts(document: RunDocument): string {
  const { identity, approval } = document.startedBy;
  const how = approval === 'unattended' ? 'unattended, pre-approved by' : 'approved on the terminal by';
  const charge = takenOverText(document);
  return html`<dl>
    <dt>started</dt>
    <dd>${utc(document.startedAt)}, ${how} ${safe(identity)}</dd>
    !${
      charge === undefined
        ? ''
        : html`<dt>in charge</dt>
            <dd>${charge}</dd>`
    }
    <dt>ended</dt>
    <dd>${document.endedAt === undefined ? 'not yet' : utc(document.endedAt)}</dd>
    <dt>change</dt>
    <dd>${document.changeId === undefined ? 'none given' : safe(document.changeId)}</dd>
    <dt>exit code</dt>
    <dd>${document.exitCode}</dd>
    <dt>runbook</dt>
    <dd class="mono">${safe(document.runbook.digest)}</dd>
  </dl>`;
}
