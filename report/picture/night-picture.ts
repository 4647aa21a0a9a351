import type { GoNoGo } from '../go-no-go.ts';
import { durationText } from '../format/time.ts';
import { all, html } from '../html/markup.ts';

/**
 * The night on one line: the stages by their estimated length, and the mark after which there is no way back. Boxes and no SVG, so
 * that its words stay readable on a phone.
 */
export function nightPicture({ phases, totalMs }: Pick<GoNoGo, 'phases' | 'totalMs'>): string {
  if (phases.length === 0 || totalMs === 0) return '';
  const point = phases.findIndex(({ isBeyond }) => isBeyond);
  const pointMs = phases[point]?.fromMs;
  return html`<div class="night" role="img" aria-label="The night, stage by stage">
      !${all(phases, ({ title, fromMs, toMs, isBeyond }, at) => {
        const kind = `${isBeyond ? 'beyond' : 'free'}${at === point ? ' point' : ''}`;
        return html`<div
          class="!${kind}"
          style="flex-grow:${toMs - fromMs}"
          title="${title}: ${durationText(toMs - fromMs)}"
        >
          ${at + 1}
        </div>`;
      })}
    </div>
    <div class="legend">
      <span><span class="dot" style="background:var(--done)"></span>can be stopped without a trace</span>
      !${
        pointMs === undefined
          ? ''
          : html`<span class="danger"
                >▎point of no return, ${pointMs === 0 ? 'at the start' : `+${durationText(pointMs)}`}</span
              >
              <span
                ><span class="dot" style="background:var(--running)"></span>forward only, until
                +${durationText(totalMs)}</span
              >`
      }
    </div>`;
}
