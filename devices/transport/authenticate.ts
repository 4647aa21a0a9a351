import type { AnyAuthMethod } from 'ssh2';
import { RunbookError } from '../../errors/index.ts';
import type { Endpoint } from '../session.ts';
import type { LoginWatch } from './ssh.ts';

/** How far a login has come; decides what its failure means. */
export interface LoginProgress {
  /** The key exchange is over and the host key is the known one. */
  reachedLogin: boolean;
  passwordSent: boolean;
  /** The reason when we ended the login ourselves. */
  reason?: RunbookError;
}

const passwordAlone =
  'Name a user in the inventory that logs in with a password alone, or let the box ask this user for nothing else; then retry.';

type Next = (method: AnyAuthMethod | false) => void;

/**
 * Answers the login of one connection: asks with `none` what the box offers, then tries the password ONCE, by the method
 * `password`, or by `keyboard-interactive` where only that is offered. Whatever comes after that ends the login.
 *
 * `getPassword` is called only now, after the host key was accepted. `end` closes the connection.
 */
export function createAuthenticator(
  endpoint: Endpoint,
  getPassword: () => Promise<string>,
  progress: LoginProgress,
  end: () => void,
  watch?: Pick<LoginWatch, 'method'>,
): (methodsLeft: string[] | null, partial: boolean | null, next: Next) => void {
  const username = endpoint.credential.username;
  let asked = false;

  function stop(next: Next, error?: RunbookError): void {
    if (error !== undefined) progress.reason ??= error;
    next(false);
  }

  function fault(
    code: 'DEVICE_SSH_PROTOCOL' | 'DEVICE_PASSWORD_EXPIRED',
    text: string,
    remedy?: string,
  ): RunbookError {
    return new RunbookError(code, `${endpoint.name}: ${text}`, {
      device: endpoint.name,
      address: `${endpoint.host}:${endpoint.port}`,
      credential: endpoint.credential.id,
      ...(remedy === undefined ? {} : { remedy }),
    });
  }

  function interactive(password: string): AnyAuthMethod {
    return {
      type: 'keyboard-interactive',
      username,
      prompt: (_name, instructions, _language, prompts, finish) => {
        const texts = prompts.map((one) => one.prompt);
        const all = [instructions, ...texts].join(' ').trim();
        const [only] = prompts;
        if (
          !progress.passwordSent &&
          prompts.length === 1 &&
          only !== undefined &&
          isPasswordPrompt(only.prompt, only.echo)
        ) {
          progress.passwordSent = true;
          finish([password]);
          return;
        }
        progress.reason ??= /new password|must change|expired/i.test(all)
          ? fault('DEVICE_PASSWORD_EXPIRED', `asks for a new password at login: ${all}`)
          : fault(
              'DEVICE_SSH_PROTOCOL',
              `asks something at login that is not foreseen: ${all}`,
              passwordAlone,
            );
        end();
      },
    };
  }

  return (methodsLeft, partial, next) => {
    progress.reachedLogin = true;
    if (!asked) {
      asked = true;
      next({ type: 'none', username });
      return;
    }
    if (partial === true) {
      stop(next, fault('DEVICE_SSH_PROTOCOL', 'wants a second factor at login.', passwordAlone));
      return;
    }
    if (progress.passwordSent) {
      stop(next);
      return;
    }
    const offered = methodsLeft ?? [];
    const method =
      offered.length === 0 || offered.includes('password')
        ? 'password'
        : offered.includes('keyboard-interactive')
          ? 'keyboard-interactive'
          : undefined;
    if (method === undefined) {
      stop(
        next,
        fault(
          'DEVICE_SSH_PROTOCOL',
          `offers no login by password, only: ${offered.join(', ')}.`,
          passwordAlone,
        ),
      );
      return;
    }
    getPassword().then(
      (password) => {
        watch?.method(method);
        if (method === 'keyboard-interactive') {
          next(interactive(password));
          return;
        }
        progress.passwordSent = true;
        next({ type: 'password', username, password });
      },
      (error: unknown) => {
        progress.reason ??=
          error instanceof RunbookError ? error : fault('DEVICE_SSH_PROTOCOL', String(error));
        end();
      },
    );
  };
}

function isPasswordPrompt(prompt: string, echo: boolean | undefined): boolean {
  return (
    echo !== true &&
    // Also in the languages that PAM speaks.
    /pass(?:word|code|phrase|wort)|kennwort|mot de passe|contraseña|senha|wachtwoord|парол|パスワード|密码/i.test(
      prompt,
    ) &&
    !/new|change|again|retype|confirm|one.?time|token|neues|nouveau|nueva|nova|nieuw|нов|新/i.test(prompt)
  );
}
