export {
  errorCatalogue,
  isErrorCode,
  type ErrorClass,
  type ErrorCode,
  type ErrorEntry,
} from './catalogue.ts';
export { RunbookError, asRunbookError, type ErrorContext } from './runbook-error.ts';
export { type Issue, formatIssue, formatPlace } from './issue.ts';
