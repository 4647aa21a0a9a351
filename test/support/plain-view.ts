import { plainPaint, type View } from '../../cli/output/view.ts';

/** Pages as a file receives them, wide enough that no line is broken. */
export const plainView: View = { paint: plainPaint, width: 1000, now: new Date(0), program: 'runbook' };
