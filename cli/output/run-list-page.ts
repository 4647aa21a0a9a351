import { durationText, printable, scoreTotal, utc } from '../../report/index.ts';
import type { ListedRun } from '../client/run-list.ts';
import { restsUntil, settlesItself } from '../../workflows/contract.ts';
import { table } from './table.ts';
import type { Tone, View } from './view.ts';

/** The runs, the newest first. */
export function runListPage(runs: readonly ListedRun[], view: View): string {
  if (runs.length === 0)
    return `There is no run yet. Start with: ${view.paint('accent', `${view.program} plan RUNBOOK --inventory FILE`)}`;
  return table(
    runs,
    [
      { title: 'run', text: (run) => printable(run.run) },
      { title: 'state', text: (run) => stateText(run), tone: (run) => stateTone(run) },
      { title: 'manager', text: (run) => printable(run.manager) || '–', shrinks: true },
      { title: 'change', text: (run) => printable(run.change) || '–', dropAt: 1, shrinks: true },
      { title: 'devices', text: scoreShort, dropAt: 3 },
      { title: 'started', text: (run) => utc(run.startedAt), tone: () => 'quiet', dropAt: 2 },
      {
        title: 'took',
        text: (run) =>
          durationText(
            (run.endedAt === undefined ? view.now : new Date(run.endedAt)).getTime() -
              new Date(run.startedAt).getTime(),
          ),
        align: 'right',
        dropAt: 4,
      },
    ],
    view,
  );
}

/** `5/8 done`, how many ask and how many are held. */
function scoreShort({ memo }: ListedRun): string {
  if (memo === undefined || scoreTotal(memo.score) === 0) return '–';
  const people = memo.questions.filter((question) => !settlesItself(question)).length;
  const asking = people === 0 ? '' : `, ${people}${memo.questions.length >= 5 ? '+' : ''} ask`;
  const held = memo.held === undefined ? '' : `, ${memo.held.count} held`;
  return `${memo.score.done}/${scoreTotal(memo.score)} done${asking}${held}`;
}

function stateText({ status, memo }: ListedRun): string {
  if (status !== 'RUNNING' && status !== 'COMPLETED') return status.toLowerCase();
  if (status === 'RUNNING' && memo?.paused !== undefined) return 'paused';
  if (status === 'RUNNING' && memo !== undefined && restsUntil(memo) !== undefined) return 'window';
  return memo?.outcome ?? status.toLowerCase();
}

function stateTone(run: ListedRun): Tone | undefined {
  const tones: Record<string, Tone> = {
    running: 'accent',
    waiting: 'warn',
    paused: 'warn',
    done: 'good',
    'devices-left': 'bad',
    failed: 'bad',
    terminated: 'bad',
    unknown: 'danger',
  };
  return tones[stateText(run)];
}
