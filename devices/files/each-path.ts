import { shellQuote } from '../dialogue/quote.ts';

/**
 * Says the same of many paths to a shell, in their order; `say` gets each as a word. Neighbours that differ in nothing but the last folder,
 * as the certificates of many devices do, become a loop over those folders: what they share is typed once. Of no path nothing is said.
 */
export function forEachPath(paths: readonly string[], say: (word: string) => string): string {
  if (paths.length === 0) return ':';
  return neighbours(paths.map(takeApart))
    .map(([first, ...others]) => {
      if (first === undefined || others.length === 0) return say(shellQuote(first?.path ?? ''));
      const folders = [first, ...others].map(({ folder }) =>
        /^[\w.-]+$/.test(folder) ? folder : shellQuote(folder),
      );
      const word = `${shellQuote(first.before)}"$p"${shellQuote(first.after)}`;
      return `for p in ${folders.join(' ')}; do ${say(word)}; done`;
    })
    .join('; ');
}

interface Path {
  readonly path: string;
  /** With its slash. */
  readonly before: string;
  readonly folder: string;
  /** With its slash. */
  readonly after: string;
}

function takeApart(path: string): Path {
  const [, before = '', folder = '', after = ''] = /^(.*\/)([^/]+)(\/[^/]+)$/s.exec(path) ?? [];
  return { path, before, folder, after };
}

function neighbours(paths: readonly Path[]): Path[][] {
  const groups: Path[][] = [];
  for (const path of paths) {
    const [last] = groups.at(-1) ?? [];
    if (last !== undefined && path.folder !== '' && last.before === path.before && last.after === path.after)
      groups.at(-1)?.push(path);
    else groups.push([path]);
  }
  return groups;
}
