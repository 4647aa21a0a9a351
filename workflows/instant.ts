/** Workflow time (deterministic in the sandbox) as ISO text in UTC. */
export function nowIso(): string {
  return new Date().toISOString();
}
