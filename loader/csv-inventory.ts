import { parse } from 'csv-parse/sync';
import type { Issue } from '../errors/index.ts';
import { addressFault } from './host-address.ts';

/** One row of Cisco's `devices.csv`. Lives only while the file is read; the password goes no further than the credential. */
export interface CsvRow {
  readonly line: number;
  readonly name: string;
  readonly address: string;
  readonly username: string;
  readonly password: string;
}

export interface ParsedCsv {
  readonly rows: readonly CsvRow[];
  readonly issues: Issue[];
}

interface Cell {
  readonly text: string;
  /** 1-based, in characters. */
  readonly column: number;
}

const fields = ['name', 'address', 'username', 'password'] as const;
type Field = (typeof fields)[number];

/** Names of Cisco's columns first; what else people write after. */
const headings: Record<Field, readonly string[]> = {
  name: ['device_name', 'name', 'hostname', 'device'],
  address: ['ip', 'ip_address', 'address', 'host'],
  username: ['admin_username', 'username', 'user'],
  password: ['admin_password', 'password'],
};

/**
 * Cisco's `devices.csv`: `device_name, IP, admin_username, admin_password` (facts of documents 222464: header or not, blanks
 * around cells). Blanks belong to a cell only inside quotes; a quote inside quotes is doubled. Empty lines and lines that begin
 * with `#` are passed over. A cell never spans lines, so that one missing quote is one fault. Messages never quote a cell: a comma
 * in a password moves its end into any column.
 */
export function parseDevicesCsv(text: string, file: string): ParsedCsv {
  const issues: Issue[] = [];
  const rows: CsvRow[] = [];
  let order: readonly Field[] | undefined;
  text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .forEach((content, index) => {
      if (content.trim() === '' || content.trimStart().startsWith('#')) return;
      const line = index + 1;
      const cells = splitLine(content);
      if ('fault' in cells) {
        issues.push({
          file,
          line,
          column: cells.column,
          message: cells.fault,
          hint: 'a quote inside a quoted cell is doubled: "pa""ss"',
        });
        return;
      }
      if (order === undefined) {
        const header = headerOf(cells);
        order = header ?? fields;
        if (header !== undefined) return;
      }
      const row = rowOf(cells, order, line);
      if ('issues' in row) issues.push(...row.issues.map((issue) => ({ file, line, ...issue })));
      else rows.push(row);
    });
  if (rows.length === 0 && issues.length === 0) issues.push({ file, message: 'the inventory has no device' });
  return { rows, issues };
}

function splitLine(content: string): Cell[] | { fault: string; column: number } {
  const cells: Cell[] = [];
  const bytes = Buffer.from(content);
  let start = 0;
  /** Where the cell that begins at `start` has its first character, without the blanks before it. */
  const column = (): number => {
    const before = bytes.toString('utf8', 0, start);
    const blanks = /^\s*/.exec(bytes.toString('utf8', start))?.[0].length ?? 0;
    return Array.from(before).length + blanks + 1;
  };
  try {
    parse(content, {
      trim: true,
      relax_quotes: true,
      cast: (value, { bytes: end }) => {
        cells.push({ text: value, column: column() });
        start = end + 1;
        return value;
      },
    });
  } catch {
    return { fault: 'the quotes of this cell do not close where the cell ends', column: column() };
  }
  return cells;
}

function headerOf(cells: readonly Cell[]): readonly Field[] | undefined {
  const order = trimmedRow(cells).map(({ text }) => {
    const heading = text
      .trim()
      .toLowerCase()
      .replace(/[\s_-]+/g, '_');
    return fields.find((field) => headings[field].includes(heading));
  });
  const known = order.filter((field) => field !== undefined);
  return known.length === order.length && new Set(known).size === fields.length ? known : undefined;
}

type RowIssue = Omit<Issue, 'file' | 'line'>;

function rowOf(
  cells: readonly Cell[],
  order: readonly Field[],
  line: number,
): CsvRow | { issues: RowIssue[] } {
  const given = trimmedRow(cells);
  if (given.length > fields.length) {
    const hint = 'a name or a password with a comma in it stands in quotes';
    return {
      issues: [
        {
          column: given[fields.length]?.column ?? 1,
          message: `${given.length} columns, ${fields.length} are expected`,
          hint,
        },
      ],
    };
  }
  if (cells.length < fields.length) {
    const [only = ''] = cells.length === 1 ? cells.map(({ text }) => text) : [];
    const wrong = [
      { sign: ';', called: 'semicolons' },
      { sign: '\t', called: 'tabs' },
    ].find(({ sign }) => only.split(sign).length >= fields.length);
    const hint =
      wrong === undefined
        ? 'device_name, IP, admin_username, admin_password'
        : `the columns are separated by commas, not ${wrong.called}`;
    return {
      issues: [
        {
          column: 1,
          message: `${cells.length === 1 ? 'one column' : `${cells.length} columns`}, ${fields.length} are expected`,
          hint,
        },
      ],
    };
  }
  const issues: RowIssue[] = [];
  const row: Record<Field, string> = { name: '', address: '', username: '', password: '' };
  order.forEach((field, index) => {
    const { text, column } = cells[index] ?? { text: '', column: 1 };
    row[field] = text;
    const fault = cellFault(field, text);
    if (fault !== undefined) issues.push({ column, ...fault });
  });
  return issues.length > 0 ? { issues } : { line, ...row };
}

function cellFault(field: Field, text: string): { message: string; hint?: string } | undefined {
  const called = headings[field][0] ?? field;
  if (text === '' || (field !== 'password' && text.trim() === '')) return { message: `${called} is empty` };
  // A control character in a name reaches terminals, one in a password the shell of the box.
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text))
    return { message: `${called} holds a control character` };
  if (field !== 'address') return undefined;
  const fault = addressFault(text);
  return fault === undefined ? undefined : { ...fault, message: `${called}: ${fault.message}` };
}

/** Spreadsheets like to end a row with commas. */
function trimmedRow(cells: readonly Cell[]): readonly Cell[] {
  let end = cells.length;
  while (end > fields.length && cells[end - 1]?.text === '') end -= 1;
  return cells.slice(0, end);
}
