import type { BoxReport } from '../../devices/index.ts';
import { plural, printable, textTable } from '../../report/index.ts';
import { labelled, padRight } from './layout.ts';
import type { View } from './view.ts';

type Step = BoxReport['steps'][number];
type Trouble = NonNullable<BoxReport['trouble']>;

/** What was seen of a box on the way to its root shell, state by state, and what to do where the way ended. */
export function boxPage(report: BoxReport, view: View): string {
  const { width, paint } = view;
  const line = (label: string, text: string): string => labelled(label, printable(text), width);
  const { login, root, trouble } = report;
  const head = [
    labelled('box', `${paint('strong', printable(report.device))} ${printable(report.address)}`, width),
    line(
      'route',
      report.via.length === 0
        ? 'direct'
        : `through ${report.via.map(({ name, address }) => `${name} (${address})`).join(', ')}`,
    ),
    line('host key', report.hostKey === null ? 'not accepted' : `${report.hostKey}, the known one`),
    line(
      'login',
      `${login.user}, credential ${login.credential}; ${login.method === null ? 'no password was sent' : `by ${login.method}`}`,
    ),
    line('profile', report.family),
  ];
  const parts = [head.join('\n')];
  if (report.steps.length > 0) parts.push(['way in', ...stepLines(report.steps)].join('\n'));
  if (root)
    parts.push(
      [labelled('root', paint('good', 'answers as a root shell'), width), ...facts(report, line)].join('\n'),
    );
  if (trouble !== null) parts.push(troubleLines(trouble, view).join('\n'));
  return parts.join('\n\n');
}

function stepLines(steps: readonly Step[]): string[] {
  const rows = steps.map((step) => [
    typedText(step),
    printable(step.state) +
      (step.pages === 0 ? '' : ` (after ${String(step.pages)} ${plural(step.pages, 'pager')})`),
    JSON.stringify(printable(step.line)),
    step.place ?? '',
  ]);
  return textTable(['typed', 'state', 'prompt', 'known from'], rows).map((row) => `  ${row}`);
}

function typedText({ by, typed, secret }: Step): string {
  if (by === 'login') return '(login)';
  if (secret !== null) return `(${secret === 'password' ? 'password' : 'password for sudo'})`;
  return typed === '' ? '(Enter)' : JSON.stringify(typed);
}

function facts(report: BoxReport, line: (label: string, text: string) => string): string[] {
  const { files, identity, skewSeconds, space } = report;
  const lines: string[] = [];
  if (files !== null) {
    const tried = files.tried.length === 0 ? '' : `; ${files.tried.join(' and ')} did not work`;
    lines.push(line('files', `by ${files.way}${tried}`));
  }
  if (identity !== null) {
    const { kind, model, version, hostname, uuid, family } = identity;
    lines.push(
      line(
        'identity',
        kind === ''
          ? `no kind of the profile fits the model "${model}"; UUID "${uuid}", host name "${hostname}"`
          : [
              kind,
              uuid === '' ? 'that does not say its UUID' : uuid,
              `(${[model, version].filter((text) => text !== '').join(' ')}${hostname === '' ? '' : `, host name ${hostname}`});`,
              `a run talks to it by the profile ${family}`,
            ].join(' '),
      ),
    );
  }
  if (skewSeconds !== null)
    lines.push(
      line('clock', Math.abs(skewSeconds) < 2 ? 'as here' : `${String(skewSeconds)} s off this machine's`),
    );
  if (space.length > 0)
    lines.push(
      line(
        'space',
        `free: ${space.map(({ path, freeKb }) => `${path} ${String(Math.round(freeKb / 1024))} MB`).join(', ')}`,
      ),
    );
  return lines;
}

function troubleLines(trouble: Trouble, { width, paint, program }: View): string[] {
  const line = (label: string, text: string): string => labelled(label, printable(text), width);
  const quoted = (lines: readonly string[]): string[] =>
    lines.map((text) => `  | ${printable(text)}`.trimEnd());
  const { state, after, screen, raw, accepted, edit } = trouble;
  const lines = [
    labelled('stopped', `${paint('bad', trouble.code)}: ${printable(trouble.message)}`, width),
    ...(after === null
      ? []
      : [
          line(
            'stands',
            `after ${after}${state === null ? '' : `, last known state ${state}`}; nothing more was typed`,
          ),
        ]),
  ];
  if (screen.length > 0) lines.push('', 'last lines', ...quoted(screen));
  if (raw.length > 0) lines.push('', 'as the box sent them', ...quoted(raw));
  if (accepted.length > 0)
    lines.push(
      '',
      'would have been known there',
      ...accepted.map(
        ({ name, pattern, place }) =>
          `  ${padRight(name, 24)} ${pattern}${place === null ? '' : `  (${place})`}`,
      ),
    );
  if (edit !== null) {
    const where = edit.shipped
      ? `${edit.file} came with the product: copy its folder into the folder families of RUNBOOK_HOME (or the one that the settings name as profilesDir), and put this there`
      : `put this into ${edit.file}`;
    lines.push('', line('edit', `${where}, with the words in capitals filled in:`), '');
    lines.push(
      ...edit.yaml
        .trimEnd()
        .split('\n')
        .map((text) => `    ${printable(text)}`),
      '',
    );
  }
  lines.push(
    line(
      'next',
      edit === null
        ? trouble.next
        : `Then \`${program} doctor --device\` again. docs/guides/unknown-prompt.md says more.`,
    ),
  );
  return lines;
}
