/** Face of the report: pure functions from a run's document and its audit to text and to one HTML file. */
export type { Audit, AuditEntry } from './audit.ts';
export {
  handDeliveryText,
  handRestartText,
  restartRule,
  type HandDelivery,
  type IssuedFile,
  type IssuedFiles,
} from './by-hand.ts';
export { leftByText, ownLeftToDo } from './contents.ts';
export { isTooShort, lockoutText } from './lockout.ts';
export { overrideText, plannedRolloutLines, rolloutLines, type RolloutLine } from './rollout.ts';
export { asCertificate, type CertificateSummary } from './format/certificate.ts';
export { faultOf, faultsMet, type FaultMet, type FaultyDocument } from './known-faults.ts';
export { phaseCounts } from './fleet-contents.ts';
export { fleetHtmlReport } from './fleet-html-report.ts';
export { fleetResultSchema } from './fleet-schema.ts';
export { fleetTextReport } from './fleet-text-report.ts';
export { haltOf, haltText, inFlightLine, noteParts, notesOf, takenOverText } from './hand-over.ts';
export {
  answerCommands,
  causeCommands,
  commandLine,
  fleetAnswerCommands,
  groupByCause,
} from './format/command-line.ts';
export { columnLabel, columnText, filledColumns, textList } from './format/column.ts';
export { fullFingerprint, isFingerprint, shortFingerprint } from './format/fingerprint.ts';
export { byCause, type SharedFinding } from './by-cause.ts';
export { goNoGo, managersOf, verdictLabel, type GoNoGo, type Point, type Verdict } from './go-no-go.ts';
export { goNoGoHtml } from './go-no-go-html.ts';
export { planChanges, type PlanChanges } from './plan-changes.ts';
export { names } from './format/names.ts';
export { textTable } from './format/text-table.ts';
export { byName } from './format/order.ts';
export { packFiles, packIndex, type PackDevice, type PackFile, type PackManager } from './offline-pack.ts';
export { hostOf, packOfPlan } from './pack-of-plan.ts';
export { writePackFiles } from './write-pack.ts';
export { printable, printableLines } from './format/printable.ts';
export { scoreOf, scoreTotal, type Score } from './format/score.ts';
export { daysText, daysUntil, durationText, plural, utc, utcCompact, utcStamp } from './format/time.ts';
export { htmlReport } from './html-report.ts';
export { textReport } from './text-report.ts';
export { reportFolderName, writeReportFiles, type ReportFiles } from './report-files.ts';
export { resultSchema } from './result-schema.ts';
