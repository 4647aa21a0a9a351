import { printable, utc } from '../../report/index.ts';
import type { InFlight } from '../client/in-flight.ts';
import { paragraph } from './layout.ts';
import type { View } from './view.ts';

/** Box by box: what was begun there and has no known end, what goes on without us, and what to type next. */
export function inFlightPage(all: readonly InFlight[], view: View): string {
  return all.map((one) => inFlightLines(one, view).join('\n')).join('\n\n');
}

function inFlightLines(one: InFlight, { paint, width }: View): string[] {
  const head = `${paint('strong', printable(one.box))} (${printable(one.address)})  ${printable(one.summary)}`;
  const where = `step ${printable(one.step)} of ${printable(one.run)}, since ${utc(one.since)}: ${stateText(one)}`;
  return [
    paragraph(head, width),
    paragraph(where, width, 2),
    paragraph(one.ifCutOff, width, 2),
    paragraph(`next: ${one.next.map((command) => paint('accent', command)).join(', then ')}`, width, 2),
  ];
}

function stateText({ state, failed }: InFlight): string {
  if (state === 'under-way') return 'under way.';
  if (failed === undefined) return 'cut off, its end was not seen.';
  return `gave up with ${failed.code}. ${printable(failed.state ?? '')}`.trimEnd();
}
