import cliTruncate from 'cli-truncate';
import type { RunDocument, StepState } from '../../workflows/contract.ts';
import { durationText } from '../format/time.ts';
import { all, html, safe } from '../html/markup.ts';

const width = 1000;
const left = 380;
const right = 90;
const row = 26;

const colours: Partial<Record<StepState['status'], string>> = {
  running: 'running',
  parked: 'parked',
  skipped: 'skipped',
};

/** The steps of the run over time. Steps that were not needed or never began have no bar and are left out. */
export function stepPicture(document: RunDocument, readAt: Date): string {
  const steps = document.steps.filter((step) => step.startedAt !== undefined);
  if (steps.length === 0) return '';
  const start = Date.parse(document.startedAt);
  const known = steps.flatMap((step) => [step.startedAt, step.endedAt]).filter((time) => time !== undefined);
  const end = Math.max(
    Date.parse(document.endedAt ?? readAt.toISOString()),
    ...known.map((time) => Date.parse(time)),
  );
  const x = (time: number): number =>
    left + ((time - start) / Math.max(1, end - start)) * (width - left - right);
  const height = steps.length * row + 30;
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="The steps of the run over time">
    !${all(marks(start, end), (mark) => html`<line x1="${x(mark).toFixed(1)}" x2="${x(mark).toFixed(1)}" y1="0" y2="${height - 22}" stroke="var(--line)" /><text class="soft" x="${x(mark).toFixed(1)}" y="${height - 6}" text-anchor="middle">${new Date(mark).toISOString().slice(11, 19)}</text>`)}
    !${all(steps, (step, at) => {
      const from = Date.parse(step.startedAt ?? '');
      const to = Math.max(from, Date.parse(step.endedAt ?? new Date(end).toISOString()));
      const y = at * row;
      return html`<g
        ><title>${safe(step.title)}${step.note === undefined ? '' : `: ${safe(step.note)}`}</title>
        <text x="0" y="${y + 16}">${shortTitle(step.title)}</text>
        <rect
          x="${x(from).toFixed(1)}"
          y="${y + 4}"
          width="${Math.max(3, x(to) - x(from)).toFixed(1)}"
          height="16"
          rx="4"
          fill="var(--!${colours[step.status] ?? 'done'})"
        />
        <text class="soft" x="${(Math.max(x(to), x(from) + 3) + 7).toFixed(1)}" y="${y + 16}"
          >${durationText(to - from)}</text
        ></g
      >`;
    })}
  </svg>`;
}

/** About six instants, at round distances. */
function marks(start: number, end: number): number[] {
  const rounds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400].map(
    (seconds) => seconds * 1000,
  );
  const stride = rounds.find((one) => (end - start) / one <= 7) ?? Math.ceil((end - start) / 7);
  const first = Math.ceil(start / stride) * stride;
  return Array.from(
    { length: Math.max(0, Math.floor((end - first) / stride) + 1) },
    (_, at) => first + at * stride,
  );
}

function shortTitle(title: string): string {
  return cliTruncate(safe(title), 56);
}
