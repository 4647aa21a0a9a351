export { errorCatalogue, isErrorCode, type ErrorCode } from './catalogue.ts';
export type { ErrorClass, ErrorEntry } from './error-class.ts';
export { RunbookError, asRunbookError, type ErrorContext } from './runbook-error.ts';
export { type Issue, formatIssue, formatPlace } from './issue.ts';
