/** One thing that the Temporal histories of a run and its devices have recorded. */
export interface AuditEntry {
  readonly kind: 'started' | 'activity' | 'update' | 'signal' | 'cancel-request' | 'closed';
  /** Workflow whose history has it. */
  readonly workflowId: string;
  /** Box it was about, where the history tells. */
  readonly box?: string;
  /** Activity type, update or signal name, workflow type. */
  readonly type: string;
  /** Activity id or update id. */
  readonly id: string;
  /** The line written for people. */
  readonly summary?: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  /** Attempt that ended it, from 1. */
  readonly attempt?: number;
  readonly outcome:
    'done' | 'failed' | 'timed-out' | 'cancelled' | 'open' | 'accepted' | 'refused' | 'sent' | 'terminated';
  /** Who started, decided or signalled, as the server recorded it. */
  readonly by?: string;
  readonly reason?: string;
  /** Error text or answer. */
  readonly text?: string;
}

/** Everything that happened in a run, in order of time. */
export interface Audit {
  /** When the histories were read. */
  readonly readAt: string;
  readonly namespace: string;
  readonly entries: readonly AuditEntry[];
  /** Set when some history could not be read, e.g. its retention has passed. */
  readonly gap?: string;
}
