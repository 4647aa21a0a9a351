/** Rows of a CSV file as Python's csv module reads them: quotes around a cell, doubled inside; blanks around cells are dropped. */
export function csvRows(text: string): string[][] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) =>
      Array.from(line.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,]*))\s*(?:,|$)/g))
        .filter((match) => match[0] !== '')
        .map(([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain.trim()),
    );
}
