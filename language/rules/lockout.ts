import { list, record, text } from '../lenient.ts';
import { didYouMean } from '../nearest.ts';
import { checkCondition, checkValue } from './expressions.ts';
import { hinted, scopeOf, type Walk } from './walk.ts';

/** It is about a device, with the facts of all stages, and names a stage that exists. */
export function checkLockout(root: Record<string, unknown>, walk: Walk): void {
  const lockout = record(root['lockout']);
  const scope = scopeOf(walk, 'devices');
  checkCondition(lockout['safe'], ['lockout', 'safe'], scope, walk);
  checkCondition(lockout['atOnce'], ['lockout', 'atOnce'], scope, walk);
  list(lockout['ends']).forEach((item, index) =>
    checkValue(record(item)['at'], ['lockout', 'ends', index, 'at'], scope, walk),
  );
  const by = text(lockout['by']);
  const stages = list(root['stages']).flatMap((stage) => text(record(stage)['id']) ?? []);
  if (by === undefined || stages.includes(by)) return;
  walk.faults.push({
    path: ['lockout', 'by'],
    message: `there is no stage "${by}"`,
    ...hinted(didYouMean(by, stages)),
  });
}
