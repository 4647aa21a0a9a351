/**
 * Names logins that share user and password, so that a refusal freezes all of them at once: a password tried on box after box
 * locks an account of a directory server. Lives while a file is read; the names hold nothing of the password.
 */
export class CredentialGroups {
  readonly #ids = new Map<string, string>();
  readonly #taken = new Set<string>();

  /** `label` names the group if this is its first member: the box's name; `longLabel` where that is taken already. */
  idFor(login: { username: string; password: string }, label: string, longLabel: string): string {
    const secretKey = JSON.stringify([login.username, login.password]);
    const known = this.#ids.get(secretKey);
    if (known !== undefined) return known;
    const short = `${login.username} (${label})`;
    const id = this.#taken.has(short) ? `${login.username} (${longLabel})` : short;
    this.#ids.set(secretKey, id);
    this.#taken.add(id);
    return id;
  }
}
