/**
 * The bench's boxes, a process of their own: `main.ts FOLDER DEVICES COMMAND_MS RESTART_MS TUNNEL_MS`. Writes the files that a client needs
 * to FOLDER; hears `reset` and `verdict` from its parent.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { newHostKey } from '../../lab/login/host-key.ts';
import { makeFleet } from './fleet.ts';
import { password, user } from './login.ts';
import { listen } from './ssh.ts';

export interface Verdict {
  readonly done: number;
  /** What is wrong, by device. */
  readonly wrong: Readonly<Record<string, readonly string[]>>;
  /** Lines that were typed at a device, and at the FMC for each device. */
  readonly lines: { readonly device: number; readonly manager: number };
  /** When the first line was typed anywhere, milliseconds. */
  readonly firstLineAt: number;
  /** What was typed at the FMC and at the last device, with the time since its first line. */
  readonly typed: Readonly<Record<string, readonly string[]>>;
}

/** What a client that has no FMC to ask is given. */
export interface Job {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly hostKey: string;
  readonly folder: string;
  readonly managerUuid: string;
  readonly files: Readonly<Record<string, string>>;
}

async function main(): Promise<void> {
  const [to = '', ...numbers] = process.argv.slice(2);
  const [count = 1, commandMs = 0, restartMs = 0, tunnelMs = 0] = numbers.map(Number);
  const { manager, devices, issued } = await makeFleet(count, { commandMs, restartMs, tunnelMs });
  // A key of its own for each box: several with the same one may be one box with several addresses, which gets one session.
  const boxes = [manager, ...devices].map((box) => ({ box, ...box.identity, hostKey: newHostKey() }));
  for (const { box, hostKey } of boxes) await listen(box, hostKey.privatePem);

  mkdirSync(to, { recursive: true });
  const rows = boxes.map((box) => `${box.name}, ${box.address}, ${user}, ${password}`);
  writeFileSync(
    path.join(to, 'devices.csv'),
    `device_name, IP, admin_username, admin_password\n${rows.join('\n')}\n`,
  );
  writeFileSync(
    path.join(to, 'known_hosts'),
    boxes
      .map(
        ({ address, port, hostKey: key }) => `[${address}]:${String(port)} ${key.type} ${key.publicBase64}\n`,
      )
      .join(''),
  );
  const [, ...served] = boxes;
  const jobs = served.map(({ box, name, address, port, hostKey }): Job => ({
    name,
    host: address,
    port,
    hostKey: hostKey.publicBase64,
    folder: `/var/sf/peers/${manager.identity.uuid}`,
    managerUuid: manager.identity.uuid,
    files: Object.fromEntries(
      Object.entries(issued.get(box) ?? {}).map(([name, content]) => [name, content.toString('utf8')]),
    ),
  }));
  writeFileSync(path.join(to, 'jobs.json'), JSON.stringify(jobs));

  const shown = [manager, devices.at(-1)].filter((box) => box !== undefined);
  for (const box of shown) box.typed = [];
  process.on('message', (asked) => {
    if (asked === 'reset') {
      for (const box of [manager, ...devices]) box.reset();
      process.send?.('done');
      return;
    }
    const wrong = Object.fromEntries(
      devices
        .map((device) => [device.identity.name, device.verdict()])
        .filter(([, faults]) => faults?.length !== 0),
    ) as Record<string, string[]>;
    const lines = devices.reduce((sum, device) => sum + device.lines, 0);
    process.send?.({
      done: count - Object.keys(wrong).length,
      wrong,
      lines: { device: lines / count, manager: manager.lines / count },
      firstLineAt: Math.min(...[manager, ...devices].map((box) => box.firstLineAt ?? Infinity)),
      typed: Object.fromEntries(shown.map((box) => [box.identity.name, box.typed ?? []])),
    } satisfies Verdict);
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.('ready');
}

await main();
