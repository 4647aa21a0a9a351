import type { Round } from './clients/client.ts';

export interface Measured extends Round {
  readonly client: string;
  readonly devices: number;
  readonly done: number;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** One line for each client; ratios are medians over the rounds, which were interleaved. */
export function table(rounds: readonly Measured[], yardstick: string): string {
  const head = [
    'client',
    'done',
    'work s',
    'devices/s',
    'CPU ms/device by process',
    'peak MiB',
    'lab core',
    'others',
    'wall ×',
    'CPU ×',
  ];
  const names = [...new Set(rounds.map(({ client }) => client))];
  const of = (client: string, value: (round: Measured) => number): number =>
    median(rounds.filter((round) => round.client === client).map(value));
  const cpu = (round: Measured): number =>
    Object.entries(round.used.cpuMs).reduce((sum, [name, ms]) => sum + (name === 'lab' ? 0 : ms), 0);
  const rows = names.map((name) => {
    const own = rounds.filter(({ client }) => client === name);
    const [first] = own;
    const parts = Object.keys(first?.used.cpuMs ?? {}).filter((part) => part !== 'lab');
    const n = first?.devices ?? 1;
    const wall = of(name, ({ workMs }) => workMs);
    return [
      name,
      [...new Set(own.map(({ done }) => `${String(done)}/${String(n)}`))].join(' '),
      (wall / 1000).toFixed(2),
      ((n * 1000) / wall).toFixed(1),
      `${(of(name, cpu) / n).toFixed(1)} (${parts.map((part) => `${part} ${(of(name, (r) => r.used.cpuMs[part] ?? 0) / n).toFixed(1)}`).join(', ')})`,
      parts.map((part) => `${part} ${of(name, (r) => r.used.peakMib[part] ?? 0).toFixed(0)}`).join(', '),
      `${(100 * of(name, ({ used }) => (used.cpuMs['lab'] ?? 0) / used.wallMs)).toFixed(0)} %`,
      of(name, ({ used }) => used.others).toFixed(2),
      (wall / of(yardstick, ({ workMs }) => workMs)).toFixed(2),
      (of(name, cpu) / of(yardstick, cpu)).toFixed(1),
    ];
  });
  const lines = [head, ...rows];
  const widths = head.map((_title, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
