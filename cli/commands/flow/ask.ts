import { createInterface } from 'node:readline/promises';

/** Asks on the terminal; the empty text when the terminal is closed or Ctrl-C is typed. */
export async function question(text: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = new AbortController();
  terminal.once('close', () => {
    closed.abort();
  });
  try {
    return await terminal.question(text, { signal: closed.signal });
  } catch {
    return '';
  } finally {
    terminal.close();
  }
}
