import type { Script } from './scripted-box.ts';
import { sudoPassword } from './walking.ts';

/**
 * Dialogues as facts are known of them: prompts and texts from public captures (see the README of each family), put
 * together to whole sessions here.
 */

const showVersion = [
  'show version',
  '--------------------[ fp2110 ]---------------------',
  'Model                     : Cisco Firepower 2110 Threat Defense (77) Version 6.8.0 (Build 1751)',
  'UUID                      : f3e41ab6-1f45-11eb-a882-908013e15134',
  'Rules update version      : 2020-08-18-001-vrt',
  'VDB version               : 338',
  '----------------------------------------------------',
  '',
  '> ',
].join('\r\n');

const ftdBanner = [
  'Last login: Mon Jun 15 09:02:08 2020 from 10.0.0.9',
  "Successful login attempts for user 'admin' : 7",
  '',
  'Copyright 2004-2020, Cisco and/or its affiliates. All rights reserved.',
  '',
  'Cisco Firepower Extensible Operating System (FX-OS) v2.9.1 (build 131)',
  'Cisco Firepower 2110 Threat Defense v6.8.0 (build 1751)',
  '',
  '',
].join('\r\n');

const lecture = [
  'sudo su -',
  '',
  'We trust you have received the usual lecture from the local System',
  'Administrator. It usually boils down to these three things:',
  '',
  '    #1) Respect the privacy of others.',
  '    #2) Think before you type.',
  '    #3) With great power comes great responsibility.',
  '',
  'Password: ',
].join('\r\n');

const toRoot = (host: string) => [
  { typed: 'expert', answer: `expert\r\nadmin@${host}:~$ ` },
  { typed: 'sudo su -', answer: 'sudo su -\r\nPassword: ' },
  { typed: sudoPassword, answer: `\r\nroot@${host}:~# ` },
];

const version = { typed: 'show version', answer: showVersion };

export interface Dialogue {
  readonly name: string;
  readonly script: Script;
  readonly states: readonly string[];
}

export const dialogues: readonly Dialogue[] = [
  {
    name: 'FTD that lands in CLISH',
    script: { opening: `${ftdBanner}> `, exchanges: [version, ...toRoot('ftd')] },
    states: ['clish', 'expert', 'sudo-password', 'root'],
  },
  {
    name: 'FMC that lands in CLISH, with escape codes and a bell before the prompt',
    script: {
      opening: 'Copyright 2004-2023, Cisco\r\nCisco Fire Linux OS v7.2.0 (build 18)\r\n\r\n\x1bE\x1b[J\x07> ',
      exchanges: [
        { typed: 'show version', answer: showVersion.replace('\r\n> ', '\r\n\x1bE\x1b[J\x07> ') },
        { typed: 'expert', answer: 'expert\r\nadmin@fmc01:~$ ' },
        { typed: 'sudo su -', answer: lecture },
        {
          typed: sudoPassword,
          answer: '\r\nLast login: Mon Jun 15 09:02:08 UTC 2020 on pts/0\r\nroot@fmc01:~# ',
        },
      ],
    },
    states: ['clish', 'expert', 'sudo-password', 'root'],
  },
  {
    name: 'FMC that lands in bash at once',
    script: {
      opening: '\x1b]0;admin@fmc01:~\x07\x1b[18tadmin@fmc01:~$ ',
      exchanges: [
        { typed: 'sudo su -', answer: 'sudo su -\r\n[sudo] password for admin: ' },
        {
          typed: sudoPassword,
          answer: '\r\nroot@fmc01:/var/sf/peers/f3e41ab6-1f45-11eb-a882-908013e15134#  \r \r',
        },
      ],
    },
    states: ['expert', 'sudo-password', 'root'],
  },
  {
    name: 'sudo that does not ask',
    script: {
      opening: `${ftdBanner}> `,
      exchanges: [
        version,
        { typed: 'expert', answer: 'expert\r\nadmin@ftd:~$ ' },
        { typed: 'sudo su -', answer: 'sudo su -\r\nroot@ftd:~# ' },
      ],
    },
    states: ['clish', 'expert', 'root'],
  },
  {
    name: 'FXOS first',
    script: {
      opening:
        'Cisco Firepower Extensible Operating System (FX-OS) Software\r\nTAC support: http://www.cisco.com/tac\r\n\r\nfp2110# ',
      exchanges: [{ typed: 'connect ftd', answer: 'connect ftd\r\n> ' }, version, ...toRoot('fp2110')],
    },
    states: ['fxos', 'clish', 'expert', 'sudo-password', 'root'],
  },
  {
    name: 'FXOS that swallows `connect ftd` until the line is cleared',
    script: {
      opening: 'fp2110# ',
      exchanges: [
        { typed: 'connect ftd', answer: '\r\n> connect ftd' },
        { typed: '', answer: '\r\n> ' },
        version,
        ...toRoot('fp2110'),
      ],
    },
    states: ['fxos', 'clish', 'expert', 'sudo-password', 'root'],
  },
  {
    name: 'FXOS that was entered from the FTD',
    script: {
      opening: 'fp1010# ',
      exchanges: [
        {
          typed: 'connect ftd',
          answer:
            "connect ftd\r\nYou came from FXOS Service Manager. Please enter 'exit' to go back.\r\nfp1010# ",
        },
        { typed: 'exit', answer: 'exit\r\n> ' },
        version,
        ...toRoot('fp1010'),
      ],
    },
    states: ['fxos', 'fxos', 'clish', 'expert', 'sudo-password', 'root'],
  },
  {
    name: 'chassis with a module behind a console',
    script: {
      opening: 'chassis-1# ',
      exchanges: [
        {
          typed: 'connect ftd',
          answer: "connect ftd\r\n             ^\r\n% Invalid Command at '^' marker\r\nchassis-1# ",
        },
        {
          typed: 'connect module 1 console',
          answer:
            "connect module 1 console\r\nTelnet escape character is '~'.\r\nTrying 127.5.1.1...\r\nConnected to 127.5.1.1.\r\nEscape character is '~'.\r\nCISCO Serial Over LAN:\r\nClose Network Connection to Exit\r\n",
        },
        { typed: '', answer: '\r\nFirepower-module1>' },
        {
          typed: 'connect ftd',
          answer: 'connect ftd\r\nConnecting to ftd(ftd) console... enter exit to return to bootCLI\r\n> ',
        },
        version,
        ...toRoot('firepower'),
      ],
    },
    states: ['fxos', 'fxos', 'console-banner', 'module', 'clish', 'expert', 'sudo-password', 'root'],
  },
  {
    name: 'pager in an answer on the way',
    script: {
      opening: '> ',
      exchanges: [
        { typed: 'show version', answer: 'show version\r\n---[ ftd ]---\r\n--More--' },
        {
          typed: ' ',
          answer:
            '\b\b\b\b\b\b\b\b        \b\b\b\b\b\b\b\bModel : Cisco Threat Defense (77) Version 7.0.1 (Build 84)\r\n<--- More --->',
        },
        { typed: ' ', answer: '\r              \rUUID : f3e41ab6-1f45-11eb-a882-908013e15134\r\n\r\n> ' },
        ...toRoot('ftd'),
      ],
    },
    states: ['clish', 'expert', 'sudo-password', 'root'],
  },
  {
    name: 'command that this CLISH does not know, left standing on the line',
    script: {
      opening: '> ',
      exchanges: [
        {
          typed: 'show version',
          answer: 'show version\r\n                ^\r\nSyntax error: Illegal parameter\r\n> show version',
        },
        { typed: '', answer: '\r\n> ' },
        ...toRoot('ftd'),
      ],
    },
    states: ['clish', 'expert', 'sudo-password', 'root'],
  },
  {
    name: 'diagnostic CLI that somebody left open',
    script: {
      opening:
        "Attaching to Diagnostic CLI ... Press 'Ctrl+a then d' to detach.\r\nType help or '?' for a list of available commands.\r\nfirepower# ",
      exchanges: [
        { typed: '\x01d', answer: '\r\nConsole connection detached.\r\n> ' },
        version,
        ...toRoot('ftd'),
      ],
    },
    states: ['lina-enabled', 'clish', 'expert', 'sudo-password', 'root'],
  },
  {
    name: 'console of a module on which the diagnostic CLI was left open',
    script: {
      opening: 'chassis-1# ',
      exchanges: [
        { typed: 'connect ftd', answer: "connect ftd\r\n% Invalid Command at '^' marker\r\nchassis-1# " },
        {
          typed: 'connect module 1 console',
          answer:
            'connect module 1 console\r\nCISCO Serial Over LAN:\r\nClose Network Connection to Exit\r\n',
        },
        { typed: '', answer: '\r\nfirepower>' },
        { typed: '\x01d', answer: '\r\nConsole connection detached.\r\n> ' },
        version,
        ...toRoot('firepower'),
      ],
    },
    states: ['fxos', 'fxos', 'console-banner', 'lina-console', 'clish', 'expert', 'sudo-password', 'root'],
  },
  {
    name: 'root at once, with a prompt of its own',
    script: { opening: 'bash-4.2# ', exchanges: [] },
    states: ['root'],
  },
];

export interface Refusal {
  readonly name: string;
  readonly script: Script;
  readonly code: string;
  /** Everything that may have been typed. */
  readonly typed: readonly string[];
}

export const refusals: readonly Refusal[] = [
  {
    name: 'unknown prompt at landing',
    script: { opening: 'Welcome\r\nSelect a mode (1-3): ', exchanges: [] },
    code: 'SESSION_PROMPT_UNKNOWN',
    typed: [],
  },
  {
    name: 'prompt of some other product',
    script: { opening: 'Welcome to the router\r\nrouter> ', exchanges: [] },
    code: 'SESSION_PROMPT_UNKNOWN',
    typed: [],
  },
  {
    name: 'boot loader on the console',
    script: { opening: 'rommon 1 > ', exchanges: [] },
    code: 'SESSION_PROMPT_UNKNOWN',
    typed: [],
  },
  {
    name: 'box that says nothing',
    script: { opening: '', exchanges: [] },
    code: 'SESSION_PROMPT_UNKNOWN',
    typed: [],
  },
  {
    name: 'password prompt that does not follow our sudo',
    script: { opening: 'Password: ', exchanges: [] },
    code: 'SESSION_PROMPT_UNKNOWN',
    typed: [],
  },
  {
    name: 'password prompt of something else than sudo',
    script: { opening: '> ', exchanges: [version, { typed: 'expert', answer: 'expert\r\nPassword: ' }] },
    code: 'SESSION_PROMPT_UNKNOWN',
    typed: ['show version', 'expert'],
  },
  {
    name: 'password that must be changed',
    script: {
      opening: 'Hello testuser. You must change your password.\r\nEnter new password: ',
      exchanges: [],
    },
    code: 'DEVICE_PASSWORD_EXPIRED',
    typed: [],
  },
  {
    name: 'password of the console user that has expired',
    script: {
      opening:
        'WARNING: Your password has expired.\r\nChanging password for admin.\r\n(current) UNIX password: ',
      exchanges: [],
    },
    code: 'DEVICE_PASSWORD_EXPIRED',
    typed: [],
  },
  {
    name: 'licence that was never accepted',
    script: {
      opening: 'You must accept the EULA to continue.\r\nPress <ENTER> to display the EULA: ',
      exchanges: [],
    },
    code: 'SESSION_PROMPT_UNKNOWN',
    typed: [],
  },
  {
    name: 'expert refused by CLISH',
    script: {
      opening: '> ',
      exchanges: [
        version,
        { typed: 'expert', answer: 'expert\r\n    ^\r\nSyntax error: Illegal command line\r\n> expert' },
      ],
    },
    code: 'SESSION_EXPERT_REFUSED',
    typed: ['show version', 'expert'],
  },
  {
    name: 'expert that changes nothing (lockdown)',
    script: { opening: '> ', exchanges: [version, { typed: 'expert', answer: 'expert\r\n> ' }] },
    code: 'SESSION_EXPERT_REFUSED',
    typed: ['show version', 'expert'],
  },
  {
    name: 'sudo that refuses the password',
    script: {
      opening: 'admin@fmc:~$ ',
      exchanges: [
        { typed: 'sudo su -', answer: 'sudo su -\r\nPassword: ' },
        { typed: sudoPassword, answer: '\r\nSorry, try again.\r\nPassword: ' },
      ],
    },
    code: 'SESSION_SUDO_REFUSED',
    typed: ['sudo su -', sudoPassword],
  },
  {
    name: 'sudo that asks again without a word',
    script: {
      opening: 'admin@fmc:~$ ',
      exchanges: [
        { typed: 'sudo su -', answer: 'sudo su -\r\nPassword: ' },
        { typed: sudoPassword, answer: '\r\nPassword: ' },
      ],
    },
    code: 'SESSION_SUDO_REFUSED',
    typed: ['sudo su -', sudoPassword],
  },
  {
    name: 'user who may not use sudo',
    script: {
      opening: 'admin@fmc:~$ ',
      exchanges: [
        { typed: 'sudo su -', answer: 'sudo su -\r\nPassword: ' },
        {
          typed: sudoPassword,
          answer: '\r\nadmin is not in the sudoers file.  This incident will be reported.\r\nadmin@fmc:~$ ',
        },
      ],
    },
    code: 'SESSION_SUDO_REFUSED',
    typed: ['sudo su -', sudoPassword],
  },
  {
    name: 'question after sudo that nobody foresaw',
    script: {
      opening: 'admin@fmc:~$ ',
      exchanges: [
        { typed: 'sudo su -', answer: 'sudo su -\r\nPassword: ' },
        { typed: sudoPassword, answer: '\r\nEnter your token: ' },
      ],
    },
    code: 'SESSION_PROMPT_UNKNOWN',
    typed: ['sudo su -', sudoPassword],
  },
  {
    name: 'login prompt after an idle log-out',
    script: { opening: 'Session timed out\r\n\r\nfirepower login: ', exchanges: [] },
    code: 'SESSION_LOST',
    typed: [],
  },
];
