import { byCause, names, printable, printableLines } from '../../report/index.ts';
import type { Finding, Severity } from '../../workflows/contract.ts';
import { padRight, paragraph } from './layout.ts';
import type { Tone, View } from './view.ts';

const order: Record<Severity, number> = { block: 0, accept: 1, warn: 2 };
const tones: Record<Severity, Tone> = { block: 'danger', accept: 'warn', warn: 'quiet' };

/** Findings, the worst first; the same finding on many boxes once, with the names. */
export function findingLines(findings: readonly Finding[], view: View): string[] {
  const groups = new Map<string, { readonly first: Finding; readonly group: string[] }>();
  const worst = [...findings].sort((a, b) => order[a.severity] - order[b.severity]);
  for (const { finding, boxes } of byCause(worst)) {
    const key = JSON.stringify([finding.severity, finding.code, finding.text.replaceAll(finding.box, '')]);
    const { first, group } = groups.get(key) ?? { first: finding, group: [] };
    groups.set(key, { first, group: [...group, ...boxes] });
  }
  return [...groups.values()].flatMap(({ first, group }) => {
    const boxes = names(group.map(printable));
    const mark = view.paint(tones[first.severity], padRight(first.severity, 7));
    const many = group.length > 1 ? view.paint('quiet', ` (${group.length} boxes)`) : '';
    return [
      paragraph(
        `${mark} ${view.paint('strong', boxes)}${many} ${view.paint('quiet', first.code)}`,
        view.width,
        10,
        '  ',
      ),
      paragraph(printableLines(first.text), view.width, 10),
    ];
  });
}

/** `2 block, 1 accept`: how many of each. */
export function findingCount(findings: readonly Finding[]): string {
  return (Object.keys(order) as Severity[])
    .map(
      (severity) => [findings.filter((finding) => finding.severity === severity).length, severity] as const,
    )
    .filter(([count]) => count > 0)
    .map(([count, severity]) => `${count} ${severity}`)
    .join(', ');
}
