import type { FactScope } from '../fact-scope.ts';
import { list, record, text } from '../lenient.ts';
import { didYouMean } from '../nearest.ts';
import { checkCondition, checkTemplate } from './expressions.ts';
import { hinted, type Walk } from './walk.ts';

/** What is said of the night names stages and steps that exist, and facts that may be there. */
export function checkNight(root: Record<string, unknown>, scope: FactScope, walk: Walk): void {
  const night = record(root['night']);
  const stages = list(root['stages']).map(record);
  const stageIds = stages.flatMap((stage) => text(stage['id']) ?? []);
  const stepIds = stages.flatMap((stage) =>
    list(stage['steps']).flatMap((step) => text(record(step)['id']) ?? []),
  );
  const last = text(record(night['pointOfNoReturn'])['step']);
  if (last !== undefined && !stepIds.includes(last))
    walk.faults.push({
      path: ['night', 'pointOfNoReturn', 'step'],
      message: `there is no step "${last}"`,
      ...hinted(didYouMean(last, stepIds)),
    });
  list(night['awake'])
    .map(record)
    .forEach((item, index) => {
      const path = ['night', 'awake', index];
      const from = text(item['from']);
      if (from !== undefined && !stageIds.includes(from))
        walk.faults.push({
          path: [...path, 'from'],
          message: `there is no stage "${from}"`,
          ...hinted(didYouMean(from, stageIds)),
        });
      checkCondition(item['when'], [...path, 'when'], scope, walk);
      checkTemplate(item['for'], [...path, 'for'], scope, walk);
    });
  list(night['assumed'])
    .map(record)
    .forEach((item, index) => {
      checkCondition(item['when'], ['night', 'assumed', index, 'when'], scope, walk);
      checkTemplate(item['text'], ['night', 'assumed', index, 'text'], scope, walk);
    });
}
