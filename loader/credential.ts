/** Gets a secret when it is needed. Throws RunbookError INPUT_MISSING or INPUT_INVALID, never with the secret in it. */
export type SecretSource = () => string;

/**
 * `Credential` of devices/session.ts. What it holds is a way to get a secret, in private fields: neither JSON nor `util.inspect`
 * shows more than the name and the user.
 */
export class HostCredential {
  /** Stable name; a refusal freezes everything with the same name. Never the secret or a digest of it. */
  readonly id: string;
  readonly username: string;
  readonly #password: SecretSource;
  readonly #sudoPassword: SecretSource;

  constructor(id: string, username: string, password: SecretSource, sudoPassword: SecretSource = password) {
    this.id = id;
    this.username = username;
    this.#password = password;
    this.#sudoPassword = sudoPassword;
  }

  password(): Promise<string> {
    return attempt(this.#password);
  }

  /** Password for sudo; the login's unless the inventory says otherwise. */
  sudoPassword(): Promise<string> {
    return attempt(this.#sudoPassword);
  }
}

function attempt(source: SecretSource): Promise<string> {
  return new Promise((resolve) => resolve(source()));
}
