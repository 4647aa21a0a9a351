import type { ErrorClass, ErrorEntry } from './error-class.ts';

const entry = (cls: ErrorClass, retryable: boolean, summary: string, remedy: string): ErrorEntry => ({
  class: cls,
  retryable,
  summary,
  remedy,
});

/** Every error code of the product. A code is public: it is never renamed, only retired. */
export const errorCatalogue = {
  INPUT_INVALID: entry(
    'input',
    false,
    'A file or an argument is not valid.',
    'Correct the place named and start again; nothing was touched.',
  ),
  INPUT_MISSING: entry(
    'input',
    false,
    'A file or an argument is missing.',
    'Name it and start again; nothing was touched.',
  ),

  DEVICE_UNREACHABLE: entry(
    'unreachable',
    true,
    'No connection to the box.',
    'Check address, route and firewall, then retry.',
  ),
  DEVICE_HOST_KEY_UNKNOWN: entry(
    'refused',
    false,
    'The host key of the box is not in known_hosts.',
    'Confirm the key at the console, add it to known_hosts, then retry.',
  ),
  DEVICE_HOST_KEY_CHANGED: entry(
    'refused',
    false,
    'The box shows another host key than known_hosts has.',
    'Find out why (new box, reinstalled, or somebody in between) before anything else; then correct known_hosts and retry.',
  ),
  DEVICE_HOST_KEY_REVOKED: entry(
    'refused',
    false,
    'The box shows a host key that known_hosts marks as revoked.',
    'Treat the box as taken over until proven otherwise; then put its new key into known_hosts and retry.',
  ),
  DEVICE_AUTH_FAILED: entry(
    'auth',
    false,
    'The box refused the login.',
    'Correct the credential, then retry; no further login was tried with it.',
  ),
  DEVICE_CREDENTIAL_FROZEN: entry(
    'auth',
    false,
    'This credential was refused before and is not used again.',
    'Correct the credential, then retry; a plan tries it once more with --retry-logins.',
  ),
  DEVICE_PASSWORD_EXPIRED: entry(
    'auth',
    false,
    'The box wants a new password at login.',
    'Log in by hand, change the password, correct the inventory, then retry.',
  ),
  DEVICE_SSH_PROTOCOL: entry(
    'unreachable',
    false,
    'The box does not speak SSH as expected.',
    'Look at the text shown; check the port and the algorithms the box offers.',
  ),
  DEVICE_WRONG_BOX: entry(
    'check',
    false,
    'The box that answered is not the one the run is about.',
    'Check address and inventory: the UUID decides, never name or address.',
  ),
  DEVICE_FAMILY_UNKNOWN: entry(
    'check',
    false,
    'The box does not say what it is in a way that any profile knows.',
    'Look at the text shown and correct the profile of its family.',
  ),

  SESSION_PROMPT_UNKNOWN: entry(
    'prompt',
    false,
    'The shell shows something that no profile describes.',
    'Read the lines shown; describe the prompt in the profile of the family (docs/guides/unknown-prompt.md), then retry. Nothing more was sent.',
  ),
  SESSION_GONE: entry(
    'prompt',
    false,
    'The session that stood at the prompt is gone.',
    'Retry: it logs in anew and begins the step again. Nothing was typed.',
  ),
  SESSION_EXPERT_REFUSED: entry(
    'refused',
    false,
    'The box does not give this user expert mode.',
    'Use a user with the Config level, or deliver by hand: a sensor under lockdown opens only with Cisco TAC.',
  ),
  SESSION_SUDO_REFUSED: entry(
    'auth',
    false,
    'sudo refused the password or the user.',
    'Correct the sudo password or the rights of the user, then retry; it was tried once.',
  ),
  SESSION_LOST: entry(
    'timeout',
    true,
    'The SSH session ended in the middle.',
    'The probe of the step tells what the box did; then retry.',
  ),
  SESSION_TIMEOUT: entry(
    'timeout',
    true,
    'The box did not finish a command in time.',
    'Look at the load of the box; the probe of the step tells what it did; then retry.',
  ),
  SESSION_COMMAND_FAILED: entry(
    'refused',
    false,
    'A command on the box failed.',
    'Read its output, mend the cause on the box, then retry.',
  ),
  SESSION_OUTPUT_UNREADABLE: entry(
    'check',
    false,
    'The box answered in a form that no profile describes.',
    'Read the lines shown; correct the pattern in the profile, then retry.',
  ),
  SESSION_ECHO_VISIBLE: entry(
    'refused',
    false,
    'The terminal echoes what is typed, so no private key may be sent through it.',
    'Allow SFTP or exec on the box, or deliver by hand.',
  ),
  SESSION_NO_SPACE: entry(
    'refused',
    true,
    'The file system of the box is full or read-only.',
    'Make room on the box, then retry; the old files are whole.',
  ),

  COMMAND_UNEXPECTED: entry(
    'check',
    false,
    'A command printed something else than the runbook expects.',
    'Read its output, mend the cause on the box, then retry.',
  ),
  FILES_NOT_KEPT: entry(
    'refused',
    false,
    'There is no proven copy of the files that a step would replace.',
    'See what lies in the folder named; then retry from the step that makes the copies.',
  ),
  FILES_MIXED: entry(
    'unknown-outcome',
    false,
    'Some of the files are new and some are old.',
    'Retry: what lies there is looked at, and the exchange is carried on. Do not restart what reads them before that.',
  ),

  PKI_UNREADABLE: entry(
    'check',
    false,
    'A certificate or key cannot be read.',
    'Look at the file named; it may be half written.',
  ),
  PKI_MISMATCH: entry(
    'check',
    false,
    'Certificate, key and CA do not belong together.',
    'Do not restart sftunnel on this device; find the set that was issued to it.',
  ),
  PKI_WEAK_DIGEST: entry(
    'check',
    false,
    'A certificate is signed with a digest that boxes refuse (err 68, CSCwa10423).',
    'Ask Cisco TAC for a single re-issue of the certificate of this device (see CSCwa10423), then retry. Never generate again.',
  ),

  GENERATE_CRITICAL_TASK: entry(
    'not-yet',
    true,
    'generate_certs.pl refuses while a critical task runs.',
    'Wait, or end the task on the FMC; the run looks again by itself. One that has stood for days is stuck: Cisco TAC clears it; never delete rows of the task table.',
  ),
  GENERATE_ALREADY_RUNNING: entry(
    'refused',
    false,
    'generate_certs.pl is already running, and not for this run.',
    'Find out who started it; when it has ended, make a new plan.',
  ),
  GENERATE_CA_CHANGED: entry(
    'refused',
    false,
    'The InternalCA is not the one of the plan: somebody has generated meanwhile.',
    'Make a new plan; it adopts what is there.',
  ),
  GENERATE_PROMPT_UNFIT: entry(
    'prompt',
    false,
    'generate_certs.pl asks something that does not fit the plan. Nothing was answered.',
    'Read the screen shown; answer it with `answer --send`, or end the script by hand and retry.',
  ),
  GENERATE_UNKNOWN: entry(
    'unknown-outcome',
    false,
    'Nobody can tell whether generate_certs.pl made a new CA.',
    'Look at the CA and at the log on the FMC; answer what you found. It is never started again by itself.',
  ),
  GENERATE_FAILED: entry(
    'refused',
    false,
    'generate_certs.pl ended without making a new CA.',
    'Read its output; mend the cause on the FMC, then retry.',
  ),
  GENERATE_NO_TERMINAL: entry(
    'refused',
    false,
    'The FMC has no known way to keep a program alive without a session.',
    'Start generate_certs.pl by hand in a terminal of your own; the run adopts the new CA.',
  ),

  DELIVERY_NOT_ISSUED: entry(
    'check',
    false,
    'No set issued to this device by the new CA was found on the FMC.',
    'Ask Cisco TAC for a single re-issue (see CSCwa10423); then retry. Never generate again.',
  ),
  DELIVERY_WRONG_FOLDER: entry(
    'check',
    false,
    'The folder named is not the folder of this FMC on the device.',
    'Compare FAILED_PUSH with the device; nothing was written.',
  ),
  DELIVERY_LOCKED: entry(
    'refused',
    true,
    'Another run holds the lock on the device.',
    'Wait for it, or see that it has ended and remove the lock named; then retry.',
  ),
  DELIVERY_CLOCK: entry(
    'check',
    false,
    'The clock of the device lies outside the validity of the new certificate.',
    'Correct the time of the device (NTP), then retry.',
  ),
  DELIVERY_MIXED: entry(
    'check',
    true,
    'The device holds a mixture of old and new files.',
    'Retry: it is repaired forward. Do not restart sftunnel on it before.',
  ),
  DELIVERY_BACKUP: entry(
    'refused',
    false,
    'A backup that is a copy of the old set cannot be proven.',
    'Look at the *.backup files in the folder; put good copies in place, then retry.',
  ),
  DELIVERY_BY_HAND: entry(
    'check',
    false,
    'This device has to be served by hand.',
    'Follow the instructions shown, then retry: the run checks the device.',
  ),

  // Whoever says so has waited for it already, as long as the settings allow.
  ROLLBACK_USELESS: entry(
    'refused',
    false,
    'The set that the device had before would not help it.',
    'After a generation the way is forward: deliver the new set with the runbook of the renewal.',
  ),

  TUNNEL_DOWN: entry(
    'check',
    false,
    'The tunnel is not up after the restart.',
    'Read the cause named; sftunnel is not restarted a second time by itself.',
  ),
  TUNNEL_OTHER_MANAGER: entry(
    'refused',
    false,
    'A restart would cut a living tunnel to a manager whose files on the device are not proven.',
    'Renew that manager first, or skip the restart with a reason.',
  ),
  TUNNEL_OTHER_UNITS: entry(
    'check',
    false,
    'The other units of a failover pair or cluster are not well.',
    'Bring all units back, then retry; or skip the restart with a reason.',
  ),

  PAIR_NOT_READY: entry(
    'check',
    false,
    'The pair of FMCs is not as it must be: the primary active, both in sync, roles as planned.',
    'Mend the pair in the GUI (Integration > Other Integrations > High Availability) or with Cisco TAC; the run never switches roles.',
  ),

  PLAN_BLOCKED: entry(
    'refused',
    false,
    'The plan has findings that forbid the run.',
    'Settle what is named, or accept it where the plan says that this is possible.',
  ),
  PLAN_DRIFT: entry(
    'refused',
    false,
    'The boxes are not as the plan saw them.',
    'Make a new plan and look at it.',
  ),
  STEP_ASSERT: entry(
    'check',
    true,
    'A condition of the runbook does not hold.',
    'Settle what is named, then retry.',
  ),
  STEP_WAIT_LIMIT: entry(
    'check',
    true,
    'What the run waits for has not come within its limit.',
    'Settle what is named, then retry: the waiting starts anew.',
  ),

  ENGINE_NO_SERVER: entry(
    'internal',
    false,
    'No Temporal server could be found or started.',
    'Set TEMPORAL_ADDRESS, or install the `temporal` CLI; `runbook doctor` says what was tried.',
  ),
  ENGINE_NO_WORKER: entry(
    'internal',
    false,
    'No worker serves this run.',
    'Start one with `runbook up` or `runbook worker`.',
  ),
  ENGINE_NO_SITE_WORKER: entry(
    'unreachable',
    false,
    'No worker serves the site of the box.',
    'Start `runbook worker --site NAME` on a machine of the site, for the same Temporal server; the run then goes on by itself.',
  ),
  ENGINE_SITE_FILES: entry(
    'input',
    false,
    'Inventory or known_hosts on the worker of a site are not those of the run.',
    'Copy both files to the worker of the site as the run has them, then retry.',
  ),
  ENGINE_WORKER_LOST: entry(
    'timeout',
    true,
    'The worker that did this step died or was cut off.',
    'The probe of the step tells what the box did; the run goes on from there.',
  ),
  ENGINE_NO_RUN: entry('input', false, 'There is no such run.', 'See `runbook list`.'),
  ENGINE_INTERNAL: entry(
    'internal',
    false,
    'A fault of this program.',
    'Keep the log named and report it; the run has stopped where it was.',
  ),
} as const satisfies Record<string, ErrorEntry>;

/** A key of {@link errorCatalogue}. */
export type ErrorCode = keyof typeof errorCatalogue;

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCatalogue, text);
}
