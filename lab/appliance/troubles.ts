import { setTimeout } from 'node:timers/promises';

/** Where an unforeseen dialogue may stand. */
export type PromptPlace = 'login' | 'expert' | 'sudo' | 'command';

export interface UnknownPrompt {
  readonly at: PromptPlace;
  readonly text: string;
  /** Before a line of root that fits. */
  readonly line?: RegExp | undefined;
  /** Answered once, it is gone for good: also for other logins. */
  readonly once?: boolean | undefined;
  /** It only looks like a question: nothing is read, and after so long the command goes on by itself, once. */
  readonly goesOnAfterMs?: number | undefined;
}

/** What is wrong with an appliance right now; set by options at start or by the control interface later. */
export interface Troubles {
  /** Who reaches its SSH. `silent` is nobody too, and boxes that try are left waiting. */
  route: 'everybody' | 'fmcOnly' | 'nobody' | 'silent';
  loginRefused: boolean;
  expertRefused: boolean;
  sudoRefused: boolean;
  forcedPasswordChange: boolean;
  unknownPrompt: UnknownPrompt | undefined;
  /** Each command takes this long, ms. */
  slowMs: number;
  /** Closes the SSH connection after this many more bytes sent to the client. */
  cutAfterBytes: number | undefined;
  /** 8305 between this box and all its peers is cut. */
  tunnelCut: boolean;
  /** 8305 between this box and these peers is cut, by UUID. */
  readonly cutPeers: Set<string>;
  /** RPC with its peers fails, whatever its channels do. */
  rpcFails: boolean;
  /** What a push over the tunnel does although it reports success. */
  push: 'works' | 'fails' | 'keepsOld' | 'mixes';
  holdRename:
    | { readonly pattern: RegExp; readonly released: Promise<void>; release(): void; waiting: boolean }
    | undefined;
}

export function newTroubles(): Troubles {
  return {
    route: 'everybody',
    loginRefused: false,
    expertRefused: false,
    sudoRefused: false,
    forcedPasswordChange: false,
    unknownPrompt: undefined,
    slowMs: 0,
    cutAfterBytes: undefined,
    tunnelCut: false,
    cutPeers: new Set(),
    rpcFails: false,
    push: 'works',
    holdRename: undefined,
  };
}

/** No connection on 8305 between a box and this peer comes about. */
export function isCutOff(troubles: Troubles, peerUuid: string): boolean {
  return troubles.tunnelCut || troubles.cutPeers.has(peerUuid);
}

/**
 * A dialogue nobody foresaw, on whatever terminal. Whatever is typed is turned down until it is what the text asks for: the first word
 * in brackets, in whatever case.
 */
export async function askUnforeseen(
  troubles: Troubles,
  at: PromptPlace,
  pty: { write(text: string): void; readLine(): Promise<string | undefined> },
  line = '',
): Promise<void> {
  for (;;) {
    const prompt = troubles.unknownPrompt;
    if (prompt?.at !== at || prompt.line?.test(line) === false) return;
    pty.write(prompt.text);
    if (prompt.goesOnAfterMs !== undefined) {
      troubles.unknownPrompt = undefined;
      await setTimeout(prompt.goesOnAfterMs);
      return;
    }
    const answer = await pty.readLine();
    const wanted = /[([](\w+)/.exec(prompt.text)?.[1];
    if (answer === undefined) continue;
    if (wanted !== undefined && answer.trim().toLowerCase() !== wanted.toLowerCase()) continue;
    if (prompt.once === true) troubles.unknownPrompt = undefined;
    return;
  }
}

/** A gate that stays shut until it is released. */
export function makeHold(pattern: RegExp): NonNullable<Troubles['holdRename']> {
  let release = (): void => {};
  const released = new Promise<void>((done) => {
    release = done;
  });
  return { pattern, released, release, waiting: false };
}
