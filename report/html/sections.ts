import { byCause } from '../by-cause.ts';
import type { JsonObject } from '../../language/index.ts';
import type { DeviceDocument, RunDocument } from '../../workflows/contract.ts';
import type { Audit } from '../audit.ts';
import {
  commandsOf,
  deviceColumns,
  leftByText,
  generationSentence,
  ownLeftToDo,
  phasesOf,
  type ReportSubject,
  typedNote,
} from '../contents.ts';
import { haltOf, haltText, inFlightLine, noteParts, notesOf } from '../hand-over.ts';
import { standingLabel, standingOf, standingOrder, worstFirst } from '../device-standing.ts';
import { answerCommands, commandLine } from '../format/command-line.ts';
import { asCertificate, type CertificateSummary } from '../format/certificate.ts';
import { columnLabel, columnText } from '../format/column.ts';
import { fullFingerprint } from '../format/fingerprint.ts';
import { durationText, utc } from '../format/time.ts';
import { caPicture } from '../picture/ca-picture.ts';
import { all, html, safe } from './markup.ts';

/** A manager: old and new CA beside each other, over the years, and how often it was generated. */
export function managerSection(manager: RunDocument['managers'][number], at: Date): string {
  const oldCa = asCertificate(manager['oldCa']);
  const newCa = asCertificate(manager['newCa']);
  const generated = generationSentence(manager['generations']);
  const others = Object.entries(manager as JsonObject).filter(
    ([key, value]) =>
      !['name', 'oldCa', 'newCa', 'generations'].includes(key) && value !== null && value !== '',
  );
  return html`<section>
    <h2>${safe(manager.name)}</h2>
    !${'oldCa' in manager ? caPicture(oldCa, newCa, at) : ''}
    !${generated === undefined ? '' : html`<p><b>${generated}</b></p>`}
    !${'oldCa' in manager ? html`<div class="pair">!${certificate('Old CA', oldCa)}!${certificate('New CA', newCa)}</div>` : ''}
    <h3>The box</h3>
    <dl>
      !${all(
        others,
        ([key, value]) =>
          html`<dt>${columnLabel(key)}</dt>
            <dd>${columnText(value, { whole: true })}</dd>`,
      )}
    </dl>
  </section>`;
}

function certificate(title: string, found: CertificateSummary | undefined): string {
  if (found === undefined)
    return html`<div>
      <h3>${title}</h3>
      <p class="soft">none</p>
    </div>`;
  const rows = (
    [
      ['subject', found.subject],
      ['serial', found.serial],
      ['valid from', found.notBefore === undefined ? undefined : utc(found.notBefore)],
      ['valid until', found.notAfter === undefined ? undefined : utc(found.notAfter)],
      ['SHA-256', found.fingerprint === undefined ? undefined : fullFingerprint(found.fingerprint)],
    ] as const
  ).filter(([, value]) => value !== undefined);
  return html`<div>
    <h3>${title}</h3>
    <dl>
      !${all(
        rows,
        ([label, value]) =>
          html`<dt>${label}</dt>
            <dd class="mono">${safe(value ?? '')}</dd>`,
      )}
    </dl>
  </div>`;
}

/** Every device, the worst first. */
export function deviceSection(subject: ReportSubject): string {
  const { devices } = subject.document;
  const phases = phasesOf(subject);
  const shown = deviceColumns(subject.document);
  return html`<section>
    <h2>Devices</h2>
    <div class="scroll">
      <table>
        <tr>
          <th>name</th>
          <th>how far</th>
          !${all(shown, (key) => html`<th>${columnLabel(key)}</th>`)}
          <th>address, UUID</th>
          <th>note</th>
        </tr>
        !${all(worstFirst(devices), (device) => deviceRow(device, shown, standingLabel(standingOf(device), devices, phases)))}
      </table>
    </div>
  </section>`;
}

function deviceRow(device: DeviceDocument, shown: readonly string[], label: string): string {
  return html`<tr>
    <td class="name">${safe(device.name)}</td>
    <td class="state">
      <span class="dot" style="background:var(--!${standingOf(device)})"></span>${safe(label)}
    </td>
    !${all(shown, (key) => html`<td class="!${key.endsWith('Fingerprint') ? 'mono' : ''}" title="${fullOf(device[key])}">${columnText(device[key])}</td>`)}
    <td class="mono">${safe(device.address)}<br />${safe(device.uuid)}</td>
    <td class="long">${safe(device.note ?? '')}</td>
  </tr>`;
}

function fullOf(value: unknown): string {
  return typeof value === 'string' ? fullFingerprint(safe(value)) : '';
}

/** The colours of the picture, with how many devices each stands for. */
export function legend(subject: ReportSubject): string {
  const { devices } = subject.document;
  const present = standingOrder
    .map((standing) => ({
      standing,
      count: devices.filter((device) => standingOf(device) === standing).length,
    }))
    .filter(({ count }) => count > 0);
  return html`<div class="legend">
    !${all(present, ({ standing, count }) => html`<span><span class="dot" style="background:var(--!${standing})"></span>${count} ${safe(standingLabel(standing, devices, phasesOf(subject)))}</span>`)}
  </div>`;
}

/** What is left for people; shown first when there is any. */
export function leftSection(document: RunDocument): string {
  const own = ownLeftToDo(document);
  const devices = leftByText(document);
  if (own.length === 0 && devices.length === 0) return '';
  return html`<section class="!${devices.length > 0 ? 'loud' : 'ask'}">
    <h2>Left for a person</h2>
    <ul>
      !${all(own, (text) => html`<li>${safe(text)}</li>`)}
      !${all(devices, ({ text, boxes }) => html`<li><b>${boxes.map(safe).join(', ')}</b>: ${safe(text)}</li>`)}
    </ul>
  </section>`;
}

/** A pause, or a cancel that is not through yet; with what is still being finished. */
export function haltSection(document: RunDocument): string {
  const found = haltOf(document);
  if (found === undefined) return '';
  const { inFlight } = found.halt;
  return html`<section class="ask">
    <h2>Nothing new is begun</h2>
    <p>The run is ${haltText(found)}</p>
    !${
      inFlight.length === 0
        ? html`<p>Nothing is in flight.</p>`
        : html`<p>In flight, being finished:</p>
            <ul>
              !${all(inFlight, (one) => html`<li>${inFlightLine(one)}</li>`)}
            </ul>`
    }
    !${found.what === 'paused' ? html`<p>Go on with: <code>${safe(commandLine('runbook', ['resume', document.run]))}</code></p>` : ''}
  </section>`;
}

export function noteSection(document: RunDocument): string {
  const notes = notesOf(document);
  if (notes.length === 0) return '';
  return html`<section>
    <h2>Notes</h2>
    <table>
      <tr>
        <th>when</th>
        <th>who</th>
        <th>box</th>
        <th>what</th>
      </tr>
      !${all(
        notes.map(noteParts),
        ({ at, by, box, text }) =>
          html`<tr>
            <td class="when">${at}</td>
            <td>${by}</td>
            <td>${box}</td>
            <td class="long">${text}</td>
          </tr>`,
      )}
    </table>
  </section>`;
}

/** More than this many rows are folded away: the pictures must stay near the top. */
const rowsInSight = 12;

export function questionSection(document: RunDocument): string {
  const { questions } = document;
  if (questions.length === 0) return '';
  const rows = html`<table>
    <tr>
      <th>since</th>
      <th>box</th>
      <th>code</th>
      <th>what</th>
      <th>state of the box</th>
    </tr>
    !${all(
      questions,
      (one) =>
        html`<tr>
          <td class="when">${utc(one.askedAt)}</td>
          <td class="name">${safe(one.box)}</td>
          <td class="mono">${one.code}</td>
          <td class="long">
            ${safe(one.text)} !${commandList(answerCommands('runbook', document.run, one, questions))}
          </td>
          <td class="long">${safe(one.state)}</td>
        </tr>`,
    )}
  </table>`;
  return html`<section class="ask">
    <h2>Open questions</h2>
    !${
      questions.length <= rowsInSight
        ? rows
        : html`<details>
            <summary>${questions.length} questions</summary>
            !${rows}
          </details>`
    }
  </section>`;
}

/** Commands, each on a line of its own, there to be copied. */
export function commandList(commands: readonly { readonly command: string }[]): string {
  return html`!${all(commands, ({ command }) => html`<br /><code>${safe(command)}</code>`)}`;
}

export function decisionSection(document: RunDocument): string {
  const decisions = commandsOf(document);
  if (decisions.length === 0) return '';
  return html`<section>
    <h2>Decisions</h2>
    <table>
      <tr>
        <th>when</th>
        <th>who</th>
        <th>what</th>
        <th>box</th>
        <th>reason</th>
      </tr>
      !${all(
        decisions,
        (one) =>
          html`<tr>
            <td class="when">${utc(one.at)}</td>
            <td>${safe(one.by)}</td>
            <td>${safe(`${one.verb}${typedNote(one)}`)}</td>
            <td>${safe(one.box ?? '')}</td>
            <td class="long">
              ${safe([one.case === undefined ? '' : `case ${one.case}`, one.reason ?? ''].filter((part) => part !== '').join(': '))}
            </td>
          </tr>`,
      )}
    </table>
  </section>`;
}

export function findingSection(document: RunDocument): string {
  if (document.findings.length === 0) return '';
  return html`<section>
    <h2>Findings</h2>
    <table>
      <tr>
        <th>severity</th>
        <th>box</th>
        <th>code</th>
        <th>what</th>
      </tr>
      !${all(
        byCause(document.findings),
        ({ finding: one, boxes }) =>
          html`<tr>
            <td>${one.severity}</td>
            <td class="name">
              ${safe(boxes.join(', '))}${boxes.length > 1 ? ` (${String(boxes.length)} boxes)` : ''}
            </td>
            <td class="mono">${safe(one.code)}</td>
            <td class="long">${safe(one.text)}</td>
          </tr>`,
      )}
    </table>
  </section>`;
}

/** What the histories recorded, so that the page outlives them. Long, so it is folded. */
export function auditSection(audit: Audit | undefined): string {
  if (audit === undefined) return '';
  return html`<section>
    <h2>Record</h2>
    <p class="soft">
      From the Temporal histories of the run and its devices, namespace ${safe(audit.namespace)}, read
      ${utc(audit.readAt)}. ${safe(audit.gap ?? '')}
    </p>
    <details>
      <summary>${audit.entries.length} entries</summary>
      <div class="scroll">
        <table>
          <tr>
            <th>when</th>
            <th class="num">took</th>
            <th>box</th>
            <th>what</th>
            <th>outcome</th>
            <th>by</th>
            <th>text</th>
          </tr>
          !${all(audit.entries, (one) => {
            const took =
              one.endedAt === undefined
                ? ''
                : durationText(Date.parse(one.endedAt) - Date.parse(one.startedAt));
            const text = [one.summary ?? one.id, one.reason ?? '', one.text ?? '']
              .filter((part) => part !== '')
              .join(' · ');
            return html`<tr>
              <td class="when">${utc(one.startedAt)}</td>
              <td class="num">${took}</td>
              <td>${safe(one.box ?? '')}</td>
              <td>${safe(one.type)}${(one.attempt ?? 1) > 1 ? ` (attempt ${one.attempt ?? 1})` : ''}</td>
              <td>${one.outcome}</td>
              <td>${safe(one.by ?? '')}</td>
              <td class="long">${safe(text)}</td>
            </tr>`;
          })}
        </table>
      </div>
    </details>
  </section>`;
}
