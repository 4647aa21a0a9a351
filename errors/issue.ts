/** A fault in a file of the operator, found before anything is touched. All of them are reported at once. */
export interface Issue {
  /** Path of the file, as the operator gave it. */
  file: string;
  /** 1-based; absent when the file as a whole is meant (missing, not readable). */
  line?: number;
  /** 1-based. */
  column?: number;
  message: string;
  /** How to mend it. */
  hint?: string;
}

/** `file:line:column: message (hint)`, the form editors and terminals make clickable. */
export function formatIssue(issue: Issue): string {
  return `${formatPlace(issue)}: ${issue.message}${issue.hint === undefined ? '' : ` (${issue.hint})`}`;
}

/** `file:line:column`. */
export function formatPlace({ file, line, column }: Pick<Issue, 'file' | 'line' | 'column'>): string {
  return [file, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(':');
}
