export interface QueryTable {
  /** Cells by the name of their column; a NULL is missing. */
  readonly rows: readonly Readonly<Record<string, string>>[];
  /** A table with the count of its rows below it, or `Empty set` alone. Otherwise nothing may be concluded, least of all "none". */
  readonly isReadable: boolean;
}

/** Reads the table that OmniQuery.pl (and mysql) draws with `+`, `-` and `|`. */
export function parseOmniQuery(text: string): QueryTable {
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
  // A cell may hold line ends and any words: what says "empty" beside a table, or beside an error, says nothing.
  const hasFailed = /^\s*ERROR\b/m.test(text);
  if (head === undefined)
    return { rows: [], isReadable: !hasFailed && !text.includes('|') && /^\s*Empty set\b/m.test(text) };
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
  return { rows, isReadable: !hasFailed && isWhole && Number(count) === rows.length };
}
