import type { FleetDocument, MemberState } from '../../workflows/contract.ts';
import { memberLabel } from '../fleet-contents.ts';
import { scoreTotal, type Score } from '../format/score.ts';
import { all, html, safe } from '../html/markup.ts';

const parts: readonly (readonly [keyof Score, string, string])[] = [
  ['done', 'proven', 'devices done'],
  ['running', 'running', 'at work'],
  ['waiting', 'parked', 'waiting for a person'],
  ['failed', 'needsHands', 'left or skipped'],
  ['notStarted', 'notStarted', 'not begun'],
];

const order: Record<MemberState['status'], number> = {
  'needs-hands': 0,
  parked: 1,
  running: 2,
  skipped: 3,
  waiting: 4,
  done: 5,
};

/** A bar for each member, the worst first; boxes and no SVG, so that its words stay readable on a phone. */
export function memberPicture({ members }: FleetDocument): string {
  const most = Math.max(1, ...members.map(total));
  return html`<div class="members" role="img" aria-label="Devices of each member by how far they came">
    !${all(
      [...members].sort((a, b) => order[a.status] - order[b.status]),
      (member) => {
        const devices = total(member);
        // Widths tell the sizes of the members, but the smallest can still be seen.
        const width = Math.max(12, (devices / most) * 100);
        return html`<div class="member">
          <span class="who">${safe(member.name)}</span>
          <span class="lane"
            ><span class="bar" style="width:${width.toFixed(1)}%"
              >!${all(parts, ([key, tone, label]) => (member.score[key] === 0 ? '' : html`<i style="flex-grow:${member.score[key]};background:var(--!${tone})" title="${member.score[key]} ${label}"></i>`))}</span
            ></span
          >
          <span class="what">${member.score.done}/${devices} · ${memberLabel(member)}</span>
        </div>`;
      },
    )}
  </div>`;
}

function total({ score, devices }: MemberState): number {
  return scoreTotal(score) || devices;
}

/** What the colours mean. */
export function fleetLegend(): string {
  return html`<div class="legend">
    !${all(parts, ([, tone, label]) => html`<span><span class="dot" style="background:var(--!${tone})"></span>${label}</span>`)}
  </div>`;
}
