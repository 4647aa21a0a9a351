import { scoreTotal, type Score } from '../../report/index.ts';
import type { Tone, View } from './view.ts';

const parts: readonly (readonly [keyof Score, string, Tone, string])[] = [
  ['done', 'done', 'good', '█'],
  ['running', 'running', 'accent', '▓'],
  ['waiting', 'waiting', 'warn', '▒'],
  ['failed', 'failed', 'bad', '▚'],
  ['notStarted', 'not started', 'quiet', '░'],
];

/** `done 3 · running 2 · waiting 1 · failed 0 · not started 2`: always all five, so that the eye finds its place. */
export function scoreText(score: Score, view: View): string {
  return parts
    .map(([key, label, tone]) => view.paint(score[key] > 0 ? tone : 'quiet', `${label} ${score[key]}`))
    .join(view.paint('quiet', ' · '));
}

/** The same as a bar; also readable without colour. Every state that occurs has at least one cell. */
export function scoreBar(score: Score, width: number, view: View): string {
  const total = scoreTotal(score);
  if (total === 0) return '';
  const cells = parts.map(([key]) =>
    score[key] === 0 ? 0 : Math.max(1, Math.round((score[key] / total) * width)),
  );
  let over = cells.reduce((sum, one) => sum + one, 0) - width;
  while (over !== 0) {
    const at = cells.indexOf(Math.max(...cells));
    cells[at] = (cells[at] ?? 0) - Math.sign(over);
    over -= Math.sign(over);
  }
  return parts.map(([, , tone, cell], at) => view.paint(tone, cell.repeat(cells[at] ?? 0))).join('');
}
