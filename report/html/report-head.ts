import type { FleetDocument, RunDocument, RunOutcome } from '../../workflows/contract.ts';
import { html, safe } from './markup.ts';

const badges: Record<RunOutcome, string> = {
  running: 'busy',
  waiting: 'wait',
  done: 'good',
  'devices-left': 'bad',
  cancelled: 'wait',
  refused: 'bad',
  failed: 'bad',
  unknown: 'bad',
};

/** What a report is about, and how that stands. `title` and `label` are shown as they are: made safe before. */
export function reportHead(document: RunDocument | FleetDocument, title: string, label: string): string {
  return html`<div class="head">
    <div>
      <h1>${title}</h1>
      <div class="soft">
        ${document.runbook.name}, version ${document.runbook.version} ·
        <code>${safe(document.run)}</code>
      </div>
    </div>
    <span class="badge !${document.paused === undefined ? badges[document.outcome] : 'wait'}">${label}</span>
  </div>`;
}
