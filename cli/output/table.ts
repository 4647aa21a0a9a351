import CliTable from 'cli-table3';
import { displayWidth, fit } from './layout.ts';
import type { Tone, View } from './view.ts';

export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly tone?: (row: Row) => Tone | undefined;
  readonly align?: 'left' | 'right';
  /** Columns that give way when the terminal is too narrow, widest first; the others keep their width. */
  readonly shrinks?: boolean;
  /** Given up when even the narrowest does not fit; the lowest number goes first. */
  readonly dropAt?: number;
}

const gap = 2;
const narrowest = 8;

const noBorders = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    [side, `${side}-mid`, `${side}-left`, `${side}-right`, `${side}-mid-left`].map((name) => [name, '']),
  ),
);

/** A table without lines, aligned by display width and never wider than the view. */
export function table<Row>(rows: readonly Row[], wanted: readonly Column<Row>[], view: View): string {
  const { columns, widths } = arrange(rows, wanted, view.width);
  const out = new CliTable({
    chars: { ...noBorders, middle: ' '.repeat(gap) },
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
    colAligns: columns.map((column) => column.align ?? 'left'),
    colWidths: widths,
    wordWrap: false,
  });
  out.push(
    columns.map((column, at) => view.paint('quiet', fit(column.title.toUpperCase(), widths[at] ?? 0))),
  );
  for (const row of rows) {
    out.push(
      columns.map((column, at) => {
        const text = fit(column.text(row), widths[at] ?? 0);
        const tone = column.tone?.(row);
        return tone === undefined ? text : view.paint(tone, text);
      }),
    );
  }
  return out
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function arrange<Row>(
  rows: readonly Row[],
  wanted: readonly Column<Row>[],
  width: number,
): { columns: readonly Column<Row>[]; widths: number[] } {
  const natural = (column: Column<Row>): number =>
    rows.reduce(
      (widest, row) => Math.max(widest, displayWidth(column.text(row))),
      displayWidth(column.title),
    );
  let columns = [...wanted];
  for (;;) {
    const widths = columns.map(natural);
    const over = (): number => widths.reduce((sum, one) => sum + one, gap * (columns.length - 1)) - width;
    while (over() > 0) {
      const shrinking = columns.map((column, at) => (column.shrinks === true ? (widths[at] ?? 0) : 0));
      const widest = Math.max(...shrinking);
      if (widest <= narrowest) break;
      widths[shrinking.indexOf(widest)] = widest - 1;
    }
    const droppable = columns.filter((column) => column.dropAt !== undefined);
    if (over() <= 0 || droppable.length === 0) return { columns, widths };
    const first = droppable.reduce((least, column) =>
      (column.dropAt ?? 0) < (least.dropAt ?? 0) ? column : least,
    );
    columns = columns.filter((column) => column !== first);
  }
}
