import type { CertificateSummary } from '../format/certificate.ts';
import { all, html } from '../html/markup.ts';

const width = 1000;
const left = 150;
const right = 30;
const barHeight = 22;
const rowHeight = 44;

interface Bar {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly colour: string;
}

/** Old and new CA as bars over the years, with the moment of this run: one look tells what was gained. */
export function caPicture(
  oldCa: CertificateSummary | undefined,
  newCa: CertificateSummary | undefined,
  at: Date,
): string {
  const bars = [bar('old CA', oldCa, 'old'), bar('new CA', newCa, 'new')].filter((one) => one !== undefined);
  if (bars.length === 0) return '';
  const from = Math.min(at.getTime(), ...bars.map((one) => one.from));
  const to = Math.max(at.getTime(), ...bars.map((one) => one.to));
  const x = (time: number): number =>
    Math.round(left + ((time - from) / Math.max(1, to - from)) * (width - left - right));
  const height = bars.length * rowHeight + 46;
  const base = bars.length * rowHeight + 10;
  const years = yearMarks(from, to);
  const now = x(at.getTime());
  return html`<svg
    viewBox="0 0 ${width} ${height}"
    role="img"
    aria-label="Validity of the old and the new CA"
  >
    !${all(years, (year) => html`<line x1="${x(year.time)}" x2="${x(year.time)}" y1="6" y2="${base}" stroke="var(--line)" /><text class="soft" x="${x(year.time)}" y="${base + 16}" text-anchor="middle">${year.label}</text>`)}
    !${all(
      bars,
      (one, row) =>
        html`<text x="0" y="${row * rowHeight + 28}">${one.label}</text
          ><rect
            x="${x(one.from)}"
            y="${row * rowHeight + 12}"
            width="${Math.max(3, x(one.to) - x(one.from))}"
            height="${barHeight}"
            rx="5"
            fill="var(--${one.colour})"
          />`,
    )}
    <line x1="${now}" x2="${now}" y1="2" y2="${base}" stroke="var(--ink)" stroke-dasharray="3 3" />
    <text class="soft" x="${now}" y="${base + 32}" text-anchor="${now > width - 120 ? 'end' : 'middle'}">
      this run
    </text>
  </svg>`;
}

function bar(label: string, ca: CertificateSummary | undefined, colour: string): Bar | undefined {
  const from = Date.parse(ca?.notBefore ?? '');
  const to = Date.parse(ca?.notAfter ?? '');
  return Number.isNaN(from) || Number.isNaN(to) ? undefined : { label, from, to, colour };
}

function yearMarks(from: number, to: number): { time: number; label: string }[] {
  const first = new Date(from).getUTCFullYear() + 1;
  const last = new Date(to).getUTCFullYear();
  const stride = Math.max(1, Math.ceil((last - first + 1) / 12));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at)
    .filter((year) => (year - first) % stride === 0)
    .map((year) => ({ time: Date.UTC(year, 0, 1), label: String(year) }));
}
