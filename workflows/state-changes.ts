/** The question how a run stands, and its answer to who asked before. Part of the contract: types and plain constants only. */
import type { RunDocument } from './contract.ts';

/** Query that answers the {@link RunDocument}; with the mark of an earlier answer, or '', {@link StateChanges}. Older workers know no marks. */
export const stateQuery = 'state';

/** The document as it is now, of its devices only those that have changed since an earlier answer. */
export interface StateChanges {
  /** For the next question: which run, and how long its history was. */
  readonly mark: string;
  /** How many devices there are. */
  readonly count: number;
  readonly document: RunDocument;
}
