/** A fault that is known beforehand: why it comes, what to do, what to tell Cisco TAC. From the faults.yaml of a family. */
export interface KnownFault {
  readonly id: string;
  readonly title: string;
  readonly cause: string;
  /** Steps for the operator, in order. */
  readonly do: readonly string[];
  readonly doNot: readonly string[];
  /** Placeholders: {box}, {uuid}, {time}, {line}. */
  readonly tac: string;
  readonly blocks: readonly ('generate' | 'deliver' | 'restart')[];
  readonly source: {
    readonly text: string;
    readonly mark: 'documented' | 'transcript' | 'inferred';
  };
}

/** A known fault as it was met on a box; what it means stands once in the document, in `faults`. */
export interface MetFault {
  readonly id: string;
  /** The line that shows it; bounded and harmless, empty where none does. */
  readonly line: string;
  /** When the line was written; null where it shows no time. */
  readonly at: string | null;
}
