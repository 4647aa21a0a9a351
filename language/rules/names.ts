import { deviceFacts } from '../fact-scope.ts';
import { list, record, text } from '../lenient.ts';
import { makesFacts, type Path, type Walk } from './walk.ts';

export function checkUnique(
  items: readonly unknown[],
  what: string,
  pathOf: (index: number) => Path,
  walk: Walk,
): void {
  const seen = new Set<string>();
  items.forEach((item, index) => {
    const id = text(record(item)['id']);
    if (id === undefined) return;
    if (seen.has(id))
      walk.faults.push({ path: [...pathOf(index), 'id'], message: `a second ${what} is called "${id}"` });
    seen.add(id);
  });
}

/** Facts are called by the step's id alone, so that it must be unique in the whole runbook. */
export function checkStepIds(stages: readonly unknown[], pathOf: (index: number) => Path, walk: Walk): void {
  const seen = new Map<string, string>();
  stages.forEach((stage, stageIndex) => {
    list(record(stage)['steps']).forEach((step, stepIndex) => {
      const id = text(record(step)['id']);
      if (id === undefined) return;
      const path = [...pathOf(stageIndex), 'steps', stepIndex, 'id'];
      const place = `${text(record(stage)['id']) ?? stageIndex}/${id}`;
      const before = seen.get(id);
      if (before !== undefined)
        walk.faults.push({
          path,
          message: `a second step is called "${id}", the first is ${before}`,
          hint: 'facts are called by the step alone',
        });
      else if ((deviceFacts as readonly string[]).includes(id))
        walk.faults.push({
          path,
          message: `a step cannot be called "${id}": every box has a fact of that name`,
        });
      seen.set(id, before ?? place);
      if (makesFacts(record(step)) && before === undefined) walk.makers.set(id, place);
    });
  });
}
