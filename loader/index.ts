export { checkRunbook, loadRunbook, runbookNames, type LoadedRunbook, type LoadRunbookOptions } from './load-runbook.ts';
