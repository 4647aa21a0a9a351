import {
  asCertificate,
  type CertificateSummary,
  commandLine,
  daysText,
  daysUntil,
  managersOf,
  plural,
  printable,
  utc,
} from '../../report/index.ts';
import type { Plan, PlannedManager } from '../../workflows/contract.ts';
import { plannedDevices } from './device-table.ts';
import { findingLines } from './findings.ts';
import { labelled, paragraph } from './layout.ts';
import { meanwhileLines } from './plan-page.ts';
import { daysTone, fingerprintLines, soonDays } from './target-lines.ts';
import type { View } from './view.ts';

/** From here on the appliances themselves warn. */
const warnDays = 90;

/** One manager: its CA, and what follows from it for the devices under it. */
function managerPart(manager: PlannedManager, plan: Plan, view: View): string {
  const { paint, width } = view;
  const ca = asCertificate(manager.columns['oldCa']);
  const devices = plan.devices.filter((device) => (device.manager ?? manager.name) === manager.name);
  const up = devices.filter((device) => device.columns['tunnel'] === 'up').length;
  const lines = [
    labelled(
      'manager',
      `${paint('strong', printable(manager.name))} ${paint('quiet', printable(manager.address))}`,
      width,
    ),
    ...(ca === undefined
      ? [labelled('InternalCA', paint('bad', 'could not be read'), width)]
      : caLines(ca, view)),
  ];
  if (ca?.notAfter !== undefined)
    lines.push('', verdict(daysUntil(ca.notAfter, view.now), up, devices.length, view));
  return lines.join('\n');
}

/** How bad it is: the CA of the manager, then each device, and what follows from both. */
export function certsPage(plan: Plan, view: View, next: readonly string[]): string {
  const { paint } = view;
  const parts = managersOf(plan).map((manager) => managerPart(manager, plan, view));
  if (plan.devices.length > 0) parts.push(plannedDevices(plan.devices, view));
  const findings = [
    ...new Map(
      [...plan.findings, ...plan.devices.flatMap((device) => device.findings)].map((finding) => [
        JSON.stringify(finding),
        finding,
      ]),
    ).values(),
  ];
  if (findings.length > 0)
    parts.push([paint('strong', 'Seen besides'), ...findingLines(findings, view)].join('\n'));
  const prohibitions = meanwhileLines(plan, view);
  if (prohibitions.length > 0)
    parts.push([paint('strong', 'Until it is renewed'), ...prohibitions].join('\n'));
  parts.push(
    [
      `What a renewal would do, without doing it:`,
      `  ${paint('accent', commandLine(view.program, next))}`,
    ].join('\n'),
  );
  return parts.join('\n\n');
}

function caLines(ca: CertificateSummary, view: View): string[] {
  const { paint, width } = view;
  const lines: string[] = [];
  if (ca.notAfter !== undefined) {
    const left = daysUntil(ca.notAfter, view.now);
    lines.push(
      labelled('InternalCA', `${paint(daysTone(left), daysText(left))}  ${daysBar(left, view)}`, width),
    );
    lines.push(labelled('', paint('quiet', `valid until ${utc(ca.notAfter)}`), width));
  }
  if (ca.fingerprint !== undefined) lines.push(...fingerprintLines(ca.fingerprint, view, 12));
  return lines;
}

/** The days left against the 90 from which on the appliances warn; the 30 from which it is urgent are marked. */
function daysBar(left: number, view: View): string {
  const cells = 30;
  const filled = Math.max(0, Math.min(cells, Math.round((left / warnDays) * cells)));
  const mark = Math.round((soonDays / warnDays) * cells);
  const bar = Array.from({ length: cells }, (_, at) => (at < filled ? '█' : at === mark ? '|' : '·')).join(
    '',
  );
  return view.paint(daysTone(left), bar) + view.paint('quiet', left > warnDays ? ' >90' : ' 90');
}

/** The three answers that matter, in the words of the procedure. */
function verdict(left: number, up: number, all: number, view: View): string {
  const { paint, width } = view;
  const tunnels = `${up} of ${all} ${plural(all, 'tunnel')} ${up === 1 ? 'is' : 'are'} up`;
  if (left < 0) {
    const living =
      up > 0
        ? `${tunnels}: each of them is lost for good at its next reconnect. Act at once, and until then no reboot, no upgrade, no restart of sftunnel, neither on the FMC nor on the devices.`
        : `${tunnels}: the devices are cut off until the CA is renewed and each has its new set.`;
    return paragraph(`${paint('danger', `The InternalCA has ${daysText(left)}.`)} ${living}`, width);
  }
  if (left <= soonDays)
    return paragraph(
      `${paint('warn', 'Renew as soon as possible.')} ${tunnels}; while the CA is valid the renewal costs no downtime. When it expires nothing happens at first, and the next reconnect fails for good.`,
      width,
    );
  return paragraph(
    `${paint('good', 'No hurry')}: ${daysText(left)}, ${tunnels}.${left <= warnDays ? ' From 90 days on the FMC itself warns.' : ''}`,
    width,
  );
}
