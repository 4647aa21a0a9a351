import { names, overrideText, plannedRolloutLines, printable } from '../../report/index.ts';
import { sizesText, type Plan, type PlannedRollout, type WindowLook } from '../../workflows/contract.ts';
import { labelled } from './layout.ts';
import { table } from './table.ts';
import type { View } from './view.ts';

interface Planned {
  readonly name: string;
  readonly plan: Plan;
}

interface Row {
  readonly members: readonly string[];
  readonly rollout: PlannedRollout;
}

const shownNames = 8;

/** What holds the members' own devices back: a section for each stage in portions, members under the same limits in one row. */
export function fleetRolloutSections(
  planned: readonly Planned[],
  look: (windows: string, takesMs: number) => WindowLook,
  view: View,
): string[] {
  const stages = new Map<string, Row[]>();
  for (const { name, plan } of planned)
    for (const rollout of plan.rollouts ?? [])
      stages.set(rollout.title, [...(stages.get(rollout.title) ?? []), { members: [name], rollout }]);
  const overrides = grouped(
    planned.flatMap(({ name, plan }) =>
      plan.override === undefined ? [] : [{ text: overrideText(plan.override), name }],
    ),
  );
  return [...stages].map(([title, rows], at) => {
    const windows = grouped(
      rows.flatMap(({ members: [name = ''], rollout }) =>
        plannedRolloutLines(rollout, look, view.now)
          .filter(({ label }) => label === 'window')
          .map(({ text }) => ({ text, name })),
      ),
    );
    const said = (label: string, { text, of }: { text: string; of: readonly string[] }): string =>
      labelled(
        label,
        of.length === planned.length ? text : `${names(of.map(printable), shownNames)}: ${text}`,
        view.width,
      );
    return [
      view.paint('strong', printable(title)),
      rolloutTable(sameTogether(rows), view),
      ...windows.map((one) => said('window', one)),
      ...(at === 0 ? overrides.map((one) => said('set aside', one)) : []),
    ].join('\n');
  });
}

function rolloutTable(rows: readonly Row[], view: View): string {
  return table(
    rows,
    [
      { title: 'members', text: ({ members }) => names(members.map(printable), shownNames), shrinks: true },
      { title: 'at most', text: ({ rollout }) => String(rollout.devices), align: 'right' },
      { title: 'in waves of', text: ({ rollout }) => sizesText(rollout.waves), shrinks: true },
      {
        title: 'failures borne',
        text: ({ rollout: { budget } }) => (budget === null ? 'any' : String(budget)),
      },
    ],
    view,
  );
}

function sameTogether(rows: readonly Row[]): Row[] {
  const together = new Map<string, Row>();
  for (const { members, rollout } of rows) {
    const key = JSON.stringify([rollout.devices, rollout.waves, rollout.budget]);
    together.set(key, { rollout, members: [...(together.get(key)?.members ?? []), ...members] });
  }
  return [...together.values()];
}

function grouped(
  all: readonly { readonly text: string; readonly name: string }[],
): { readonly text: string; readonly of: readonly string[] }[] {
  const of = new Map<string, string[]>();
  for (const { text, name } of all) of.set(text, [...(of.get(text) ?? []), name]);
  return [...of].map(([text, members]) => ({ text, of: members }));
}
