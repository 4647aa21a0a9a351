import type { GoNoGo } from '../go-no-go.ts';
import { durationText } from '../format/time.ts';
import { all, html } from '../html/markup.ts';

const width = 1000;
const barTop = 58;
const barHeight = 34;
/** Narrower parts carry their number above the others' names only in the list below the picture. */
const narrowest = 26;

/** The night on one line: the stages by their estimated length, and the line after which there is no way back. */
export function nightPicture({ phases, totalMs }: Pick<GoNoGo, 'phases' | 'totalMs'>): string {
  if (phases.length === 0 || totalMs === 0) return '';
  const x = (ms: number): number => Math.round((ms / totalMs) * width);
  const point = phases.find(({ isBeyond }) => isBeyond)?.fromMs;
  return html`<svg viewBox="0 0 ${width} 132" role="img" aria-label="The night, stage by stage">
    !${
      point === undefined
        ? ''
        : html`<text class="soft" x="0" y="18">can be stopped without a trace</text>
            <text
              class="danger"
              x="${x(point) > 620 ? x(point) - 8 : x(point) + 8}"
              y="40"
              text-anchor="${x(point) > 620 ? 'end' : 'start'}"
              >◀ point of no return: forward only from here</text
            >`
    }
    !${all(phases, (phase, at) => {
      const left = x(phase.fromMs);
      const wide = Math.max(2, x(phase.toMs) - left - 3);
      return html`<g
        ><title>${phase.title}: ${durationText(phase.toMs - phase.fromMs)}</title
        ><rect
          x="${left}"
          y="${barTop}"
          width="${wide}"
          height="${barHeight}"
          rx="5"
          fill="var(--!${phase.isBeyond ? 'running' : 'done'})"
        />!${wide < narrowest ? '' : html`<text class="glyph big" x="${left + wide / 2}" y="${barTop + 22}">${at + 1}</text>`}</g
      >`;
    })}
    !${point === undefined ? '' : html`<line x1="${x(point) - 1}" x2="${x(point) - 1}" y1="26" y2="${barTop + barHeight + 10}" stroke="var(--needsHands)" stroke-width="3" />`}
    <text class="soft" x="0" y="116">start</text>
    !${point === undefined || x(point) < 60 || x(point) > width - 90 ? '' : html`<text class="soft" x="${x(point)}" y="116" text-anchor="middle">+${durationText(point)}</text>`}
    <text class="soft" x="${width}" y="116" text-anchor="end">+${durationText(totalMs)}</text>
  </svg>`;
}
