import { faultsMet, settledText, type FaultMet, type FaultyDocument } from '../known-faults.ts';
import { utc } from '../format/time.ts';
import { all, html, safe } from './markup.ts';

/** More boxes than that are folded away. */
const boxesInSight = 6;

/** The known faults that were met: why, what to do and not to do, and a text for TAC that is selected with one click. */
export function faultSection(document: FaultyDocument): string {
  const met = faultsMet(document);
  if (met.length === 0) return '';
  return html`<section class="ask">
    <h2>Known faults met</h2>
    !${all(met, faultBlock)}
  </section>`;
}

function faultBlock({ fault, boxes, tac, isSettled }: FaultMet): string {
  const rows = html`<table class="blocks">
    !${all(
      boxes,
      ({ name, at, line }) =>
        html`<tr>
          <td class="name">${name}</td>
          <td class="when">${at === null ? '' : utc(at)}</td>
          <td class="long mono-line">${line}</td>
        </tr>`,
    )}
  </table>`;
  return html`<div class="fault">
    <h3>${safe(fault.title)}</h3>
    !${
      boxes.length <= boxesInSight
        ? rows
        : html`<details>
            <summary>${boxes.length} boxes</summary>
            !${rows}
          </details>`
    }
    <p>${safe(fault.cause)}</p>
    !${
      isSettled
        ? html`<p>${settledText}</p>`
        : html`<ol>
            !${all(fault.do, (text) => html`<li>${safe(text)}</li>`)}
          </ol>`
    }
    !${
      isSettled || fault.doNot.length === 0
        ? ''
        : html`<ul class="not">
            !${all(fault.doNot, (text) => html`<li>${safe(text)}</li>`)}
          </ul>`
    }
    <p class="soft">For Cisco TAC, ready to copy:</p>
    <pre class="copy">${tac}</pre>
    <p class="soft">${safe(fault.source.text)} (${fault.source.mark})</p>
  </div>`;
}
