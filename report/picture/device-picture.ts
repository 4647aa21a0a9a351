import cliTruncate from 'cli-truncate';
import type { Runbook } from '../../language/index.ts';
import type { DeviceDocument } from '../../workflows/contract.ts';
import { standingLabel, standingOf, standings, worstFirst } from '../device-standing.ts';
import { all, html, safe } from '../html/markup.ts';

const width = 1000;
/** Up to here each device has a row of its own; above, a square. */
const mostRows = 40;

/** How far each device came: rows and phases for a few devices, one square each for many. */
export function devicePicture(devices: readonly DeviceDocument[], phases: Runbook['phases']): string {
  if (devices.length === 0) return '';
  return devices.length <= mostRows ? phaseMatrix(devices, phases) : heatField(devices, phases);
}

function phaseMatrix(devices: readonly DeviceDocument[], phases: Runbook['phases']): string {
  const nameWidth = 230;
  const cell = Math.floor((width - nameWidth - 190) / Math.max(1, phases.length));
  const row = 26;
  const top = 26;
  const reached = (device: DeviceDocument): number => phases.findIndex((phase) => phase.id === device.phase);
  return html`<svg
    viewBox="0 0 ${width} ${top + devices.length * row + 4}"
    role="img"
    aria-label="Phases reached by each device"
  >
    !${all(phases, (phase, at) => html`<text class="soft" x="${nameWidth + at * cell + 2}" y="14">${safe(phase.title)}</text>`)}
    !${all(worstFirst(devices), (device, line) => {
      const y = top + line * row;
      const standing = standingOf(device);
      const last = reached(device);
      return html`<g
        ><title>
          ${safe(`${device.name} (${device.address}): ${standings[standing].label}${device.note === null ? '' : `, ${device.note}`}`)}
        </title>
        <text x="0" y="${y + 14}">${shortName(device.name)}</text>
        !${all(phases, (_, at) => html`<rect x="${nameWidth + at * cell}" y="${y + 2}" width="${cell - 4}" height="16" rx="4" fill="!${at <= last ? `var(--${standing})` : 'var(--track)'}" />`)}
        <text class="soft" x="${nameWidth + phases.length * cell + 12}" y="${y + 14}"
          >${standings[standing].glyph} ${standingLabel(standing, devices, phases)}</text
        ></g
      >`;
    })}
  </svg>`;
}

/** A field of squares, the worst first: what needs hands is in the corner where reading begins. */
function heatField(devices: readonly DeviceDocument[], phases: Runbook['phases']): string {
  const perRow = devices.length > 400 ? 50 : 40;
  const pitch = width / perRow;
  const size = pitch - 3;
  const rows = Math.ceil(devices.length / perRow);
  return html`<svg
    viewBox="0 0 ${width} ${Math.ceil(rows * pitch)}"
    role="img"
    aria-label="One square for each of ${devices.length} devices, the worst first"
  >
    !${all(worstFirst(devices), (device, at) => {
      const standing = standingOf(device);
      const x = (at % perRow) * pitch;
      const y = Math.floor(at / perRow) * pitch;
      const label = `${device.name}: ${standingLabel(standing, devices, phases)}${device.note === null ? '' : `, ${device.note}`}`;
      return html`<g
        ><title>${safe(label)}</title
        ><rect
          x="${x.toFixed(1)}"
          y="${y.toFixed(1)}"
          width="${size.toFixed(1)}"
          height="${size.toFixed(1)}"
          rx="3"
          fill="var(--!${standing})"
        /><text class="glyph" x="${(x + size / 2).toFixed(1)}" y="${(y + size / 2 + 3.6).toFixed(1)}"
          >${standings[standing].glyph}</text
        ></g
      >`;
    })}
  </svg>`;
}

function shortName(name: string): string {
  return cliTruncate(safe(name), 30);
}
