import type { Appliance } from '../appliance/appliance.ts';
import type { Process } from '../appliance/process-table.ts';
import { openShell, type Seat } from '../appliance/seat.ts';
import { askUnforeseen, type PromptPlace } from '../appliance/troubles.ts';
import { ctime } from '../clock.ts';
import { pause } from '../programs/starters.ts';
import type { Pty } from '../shell/pty.ts';
import { clish } from './clish.ts';
import { interact } from './interactive-shell.ts';

/** One login: walks through the shells of the box until the outermost one is left. Throws Hangup when it is cut. */
export class LoginSession {
  readonly appliance: Appliance;
  readonly pty: Pty;
  readonly ttyName: string;
  readonly #leaf: Process;

  constructor(appliance: Appliance, pty: Pty, number: number) {
    this.appliance = appliance;
    this.pty = pty;
    this.ttyName = `pts/${number}`;
    this.#leaf = appliance.processes.add({
      command: `sshd: ${appliance.identity.user}@${this.ttyName}`,
      user: 'root',
      tty: '?',
    });
  }

  close(): void {
    this.appliance.processes.remove(this.#leaf);
  }

  async run(): Promise<void> {
    const { appliance, pty } = this;
    const { identity, variant, troubles } = appliance;
    if (troubles.forcedPasswordChange) {
      await this.#changePassword();
      return;
    }
    pty.write(banner(appliance));
    await this.#unforeseen('login');
    const landing = variant.landing;
    if (landing === 'bash') {
      await this.expert();
      return;
    }
    if (landing === 'fxos') {
      await this.#fxos();
      return;
    }
    pty.write(identity.kind === 'ftd' ? '' : '\n');
    await clish(this, { inside: false });
  }

  seat(user: 'root' | 'admin'): Seat {
    const process = this.appliance.processes.add({
      command: '-bash',
      user,
      ppid: this.#leaf.pid,
      tty: this.ttyName,
    });
    return {
      appliance: this.appliance,
      user,
      pty: this.pty,
      ttyName: this.ttyName,
      hangup: this.pty.hungUp,
      process,
    };
  }

  /** The admin's bash: `expert` from CLISH, or where the login lands. */
  async expert(): Promise<number> {
    const seat = this.seat('admin');
    const shell = openShell(seat, {
      cwd: this.appliance.identity.kind === 'fmc' ? '/Volume/home/admin' : '/home/admin',
      onTerminal: true,
    });
    shell.setVariable('HOME', shell.cwd);
    await this.#unforeseen('expert');
    try {
      return await interact(seat, shell, this.pty, { intercept: (line) => this.#sudo(line, shell.cwd) });
    } finally {
      this.appliance.processes.remove(seat.process);
    }
  }

  /** `sudo su -`, `sudo su`, `sudo -i`, `sudo CMD`: password dialogue, then root. */
  #sudo(line: string, cwd: string): Promise<number> | undefined {
    const match = /^sudo\s+(.*)$/.exec(line);
    if (!match) return undefined;
    const rest = (match[1] ?? '').trim();
    const shellForm = /^(su(\s+-l?)?(\s+root)?|-i|-s|bash|\/bin\/bash|su -l)$/.test(rest);
    return this.#become(shellForm ? undefined : rest, /^(su\s+-|-i)/.test(rest) ? '/root' : cwd);
  }

  async #become(command: string | undefined, cwd: string): Promise<number> {
    const { appliance, pty } = this;
    if (appliance.troubles.sudoRefused) {
      pty.write(
        `\n${appliance.identity.user} is not in the sudoers file.  This incident will be reported.\n`,
      );
      return 1;
    }
    if (!appliance.sudoLectured) {
      appliance.sudoLectured = true;
      pty.write(lecture);
    }
    for (let attempt = 1; ; attempt++) {
      pty.write('Password: ');
      const given = await pty.readLine({ echo: false, flush: true }).catch((error: unknown) => {
        if (error instanceof Error && error.name === 'Interrupted') return undefined;
        throw error;
      });
      pty.write('\n');
      appliance.logins.push({
        at: new Date(appliance.nowMs()).toISOString(),
        user: appliance.identity.user,
        method: 'sudo',
        ok: given === appliance.password,
      });
      if (given === appliance.password) break;
      if (given === undefined) return 1;
      if (attempt >= 3) {
        pty.write('sudo: 3 incorrect password attempts\n');
        return 1;
      }
      await pause(100, pty.hungUp);
      pty.write('Sorry, try again.\n');
    }
    await this.#unforeseen('sudo');
    const seat = this.seat('root');
    const shell = openShell(seat, { cwd, onTerminal: true });
    try {
      if (command === undefined) return await interact(seat, shell, pty);
      appliance.rootCommands.push(command);
      return (await shell.run(command, { show: (text) => pty.write(text), signal: pty.hungUp })).exitCode;
    } finally {
      appliance.processes.remove(seat.process);
    }
  }

  #unforeseen(place: PromptPlace): Promise<void> {
    return askUnforeseen(this.appliance.troubles, place, this.pty);
  }

  /** FXOS: `connect ftd` typed too early is echoed, swallowed, and the line hangs until Ctrl-U (facts 2.2). */
  async #fxos(): Promise<void> {
    const { appliance, pty } = this;
    const landedAt = Date.now();
    const prompt = `${appliance.identity.hostname}-chassis# `;
    for (;;) {
      const result = await pty.editLine(prompt);
      if (result.kind === 'eof') return;
      if (result.kind === 'interrupt') continue;
      const line = result.text.trim();
      if (line === 'exit') return;
      if (/^connect ftd\b/.test(line)) {
        if (Date.now() - landedAt < appliance.variant.fxosSettleMs) {
          pty.write('> connect ftd');
          while ((await pty.readKey()) !== '\x15');
          pty.write('\n');
          continue;
        }
        pty.write('Connecting to ftd(ftd) console... enter exit to return to bootCLI\n');
        await clish(this, { inside: true });
      } else if (line !== '') pty.write(`% Invalid Command at '^' marker\n`);
    }
  }

  async #changePassword(): Promise<void> {
    const { pty, appliance } = this;
    pty.write(`Hello ${appliance.identity.user}. You must change your password.\nEnter new password: `);
    const first = await pty.readLine({ echo: false, flush: true });
    pty.write('\nConfirm new password: ');
    const second = await pty.readLine({ echo: false, flush: true });
    if (first !== undefined && first === second && first.length >= 8) {
      appliance.password = first;
      appliance.troubles.forcedPasswordChange = false;
      pty.write('\nPassword successfully changed.\n');
    } else pty.write('\nPasswords do not match.\n');
  }
}

const lecture = `
We trust you have received the usual lecture from the local System
Administrator. It usually boils down to these three things:

    #1) Respect the privacy of others.
    #2) Think before you type.
    #3) With great power comes great responsibility.

`;

/** Banner lines of facts 2.2 (fixture) and of an FMC; the product line comes last. */
function banner(appliance: Appliance): string {
  const { identity } = appliance;
  const release = appliance.tree.text('/etc/sf/ims.conf') ?? '';
  const version = /SWVERSION=(\S+)/.exec(release)?.[1] ?? '';
  const build = /SWBUILD=(\S+)/.exec(release)?.[1] ?? '';
  const model = /MODEL="(.*)"/.exec(release)?.[1] ?? '';
  const last = `Last login: ${ctime(appliance.nowMs() - 3_600_000)} UTC from 127.0.0.1 on pts/0\n`;
  const logins = identity.kind === 'ftd' ? `Successful login attempts for user '${identity.user}' : 7\n` : '';
  return (
    `${last}${logins}\nCopyright 2004-2023, Cisco and/or its affiliates. All rights reserved.\nCisco is a registered trademark of Cisco Systems, Inc.\nAll other trademarks are property of their respective owners.\n\n` +
    `Cisco Firepower Extensible Operating System (FX-OS) v2.12.0 (build 530)\n${model} v${version} (build ${build})\n\n`
  );
}
