/** Boxes: how they are reached, how their shells are walked through, what their programs print. */
export type {
  Answers,
  Arrival,
  AtUnknownPrompt,
  CommandResult,
  Credential,
  Endpoint,
  FileWay,
  HostKey,
  KnownRefusals,
  Questions,
  Refusal,
  RootShell,
  RunOptions,
  Sessions,
} from './session.ts';
export type { StandingRef, Typed } from './standing.ts';
export { profileSchema, type ApplianceProfile } from './profile.ts';
export { createCurrentProfiles } from './current-profiles.ts';
export { loadProfiles, shippedFamilies, type LoadedProfiles } from './load-profiles.ts';
export { faultsSchema, type FaultEntry } from './faults/schema.ts';
export { logLines, type LogLine } from './faults/log-lines.ts';
export { matchFaults, matchFailure, type FaultMatch } from './faults/match.ts';
export { readBoxIdentity, type BoxIdentity } from './identity.ts';
export { examineBox, frozenBy } from './examine-box.ts';
export { boxReportSchema, type BoxReport, type BoxTrouble } from './box-report.ts';
export { fillCommand, fillTemplate } from './fill-command.ts';
export { shellQuote } from './dialogue/quote.ts';
export { forEachPath } from './files/each-path.ts';
export { createSessions, type SessionsOptions } from './sessions.ts';
export { createMask, type Mask } from './masking.ts';
export { parseSftunnelStatus, type SftunnelPeer, type SftunnelStatus } from './parsers/sftunnel-status.ts';
export { parsePmtoolStatus, type PmtoolRecord } from './parsers/pmtool-status.ts';
export { parseSftunnelStatusBrief, type BriefPeer } from './parsers/sftunnel-status-brief.ts';
export { parseShowManagers, type ManagerRecord, type Managers } from './parsers/show-managers.ts';
export { parseShowVersion, type ShowVersion } from './parsers/show-version.ts';
export { parseOpensslDates, type OpensslDates } from './parsers/openssl-dates.ts';
export { parseFailedPush, type FailedPush, type FailedPushes } from './parsers/failed-push.ts';
export { TerminalText } from './output.ts';
export { parseGenerateOutput, type GenerateOutput, type GenerateRules } from './parsers/generate-output.ts';
export { parseHaStatus, type HaStatus } from './parsers/ha-status.ts';
export { parseUnitStatus, type UnitStatus } from './parsers/unit-status.ts';
export { parseOmniQuery, type QueryTable } from './parsers/omniquery.ts';
export { parseImsConf, type ImsConf } from './parsers/ims-conf.ts';
export { readTimestamp } from './parsers/timestamps.ts';
export { recordingSchema, type Recording } from './recording/schema.ts';
export { SessionLog } from './recording/session-log.ts';
export { makeRecording, type KnownSecret } from './recording/make-recording.ts';
export { printRecording } from './recording/print.ts';
export { recordWalk, type RecordedWalk } from './recording/record-walk.ts';
export { openByHand, type ByHand } from './recording/record-by-hand.ts';
export { replayRecording, type Replay } from './recording/replay.ts';
