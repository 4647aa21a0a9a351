export interface QueryTable {
  /** Cells by the name of their column; a NULL is missing. */
  readonly rows: readonly Readonly<Record<string, string>>[];
  /** A table whose rows agree with the count below it, or `Empty set`. Otherwise nothing may be concluded, least of all "none". */
  readonly isReadable: boolean;
}

/** Reads the table that OmniQuery.pl (and mysql) draws with `+`, `-` and `|`. */
export function parseOmniQuery(text: string): QueryTable {
  if (/^\s*Empty set\b/m.test(text)) return { rows: [], isReadable: true };
  const cells = text
    .split('\n')
    .filter((line) => /^\s*\|.*\|\s*$/.test(line))
    .map((line) =>
      line
        .trim()
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
  const [head, ...body] = cells;
  if (head === undefined) return { rows: [], isReadable: false };
  const isWhole = body.every((row) => row.length === head.length);
  const count = /^\s*(\d+) rows? in set\b/m.exec(text)?.[1];
  const rows = body
    .filter((row) => row.length === head.length)
    .map((row) =>
      Object.fromEntries<string>(
        head
          .map((name, at): [string, string] => [name, row[at] ?? ''])
          .filter(([, value]) => value !== 'NULL'),
      ),
    );
  return { rows, isReadable: isWhole && (count === undefined || Number(count) === rows.length) };
}
