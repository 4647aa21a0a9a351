/** What `doctor` looks at. Starts nothing, fetches nothing. */
import { existsSync, statSync } from 'node:fs';
import { access, constants, statfs } from 'node:fs/promises';
import path from 'node:path';

import { asRunbookError, formatIssue } from '../errors/index.ts';
import {
  connect,
  externalServer,
  productVersion,
  readSupervisorState,
  runbookHome,
  searchTemporalExecutable,
  type Home,
  type RunbookConnection,
  type SupervisorState,
} from '../supervisor/index.ts';
import { searchAttributes, taskQueue } from '../workflows/contract.ts';
import { loadInventory, loadSettings } from '../loader/index.ts';
import { sitesOf } from './client/sites.ts';
import type { InventoryOptions } from './commands/flow/options.ts';
import { embeddedServerNote, servedText, unservedLines } from './output/site-lines.ts';
import { readInFlight } from './client/in-flight.ts';
import { inFlightPage } from './output/in-flight-page.ts';
import { plainPaint, viewOf } from './output/view.ts';

export interface Finding {
  readonly name: string;
  /** `note`: worth knowing, in nobody's way. */
  readonly status: 'good' | 'note' | 'bad';
  readonly text: string;
}

const smallestFreeBytes = 1024 ** 3;

/** Looks at everything that the engine needs on this machine. */
export async function examine(files: InventoryOptions = {}): Promise<Finding[]> {
  const home = runbookHome();
  const findings = [examineNode(), ...(await examineHome(home)), ...examineInFlight(home)];
  const external = await externalServer().catch((error: unknown) => asRunbookError(error));
  if (external instanceof Error)
    return [...findings, { name: 'server', status: 'bad', text: external.message }];
  const state = readSupervisorState(home);
  if (external === undefined) findings.push(await examineExecutable(home), examineSupervisor(home, state));
  if (external === undefined && state?.server.status !== 'ready') {
    return [
      ...findings,
      {
        name: 'server',
        status: 'note',
        text: 'not running; verbs start it when they need it, or `runbook up`',
      },
    ];
  }
  return [...findings, ...(await examineServer(home, files))];
}

/** What workers of this home have begun on boxes; nothing when all ends were seen. */
function examineInFlight(home: Home): Finding[] {
  const view = { ...viewOf(process.stdout), paint: plainPaint };
  const boxes = readInFlight(home, view.program);
  if (boxes.length === 0) return [];
  return [{ name: 'boxes', status: 'note', text: `begun, no end seen\n${inFlightPage(boxes, view)}` }];
}

function examineNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isNew = major > 20 || (major === 20 && minor >= 19);
  const text = `runbook ${productVersion}, node ${process.versions.node}${isNew ? '' : ' is too old: 20.19 or newer is needed'}`;
  return { name: 'versions', status: isNew ? 'good' : 'bad', text };
}

async function examineHome(home: Home): Promise<Finding[]> {
  const place = existsSync(home.root) ? home.root : nearestFolder(home.root);
  const isWritable = await access(place, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!isWritable) return [{ name: 'home', status: 'bad', text: `${home.root}: cannot be written` }];
  const { bavail, bsize } = await statfs(place);
  const freeBytes = bavail * bsize;
  const mode = statSync(place).mode & 0o077;
  const isOpen = place === home.root && mode !== 0 && process.platform !== 'win32';
  return [
    {
      name: 'home',
      status: isOpen ? 'note' : 'good',
      text: `${home.root}${place === home.root ? '' : ' (not made yet)'}${isOpen ? ': others can read it; chmod 700' : ''}`,
    },
    {
      name: 'disk',
      status: freeBytes < smallestFreeBytes ? 'bad' : 'good',
      text: `${(freeBytes / 1024 ** 3).toFixed(1)} GiB free${freeBytes < smallestFreeBytes ? ': at least 1 GiB is needed' : ''}`,
    },
  ];
}

async function examineExecutable(home: Home): Promise<Finding> {
  const { executable, tried } = await searchTemporalExecutable(home, { mayFetch: false });
  if (executable !== undefined) {
    return {
      name: 'temporal',
      status: 'good',
      text: `${executable.path} (${executable.source}): ${executable.version}`,
    };
  }
  const list = tried.map((attempt) => `${attempt.source}: ${attempt.outcome}`);
  const isNamed = tried.some((attempt) => attempt.source === 'RUNBOOK_TEMPORAL_CLI');
  const more = isNamed ? [] : ['it is fetched at the first start'];
  return {
    name: 'temporal',
    status: isNamed ? 'bad' : 'note',
    text: ['not here yet', ...list, ...more].join('\n'),
  };
}

function examineSupervisor(home: Home, state: SupervisorState | undefined): Finding {
  if (state === undefined) return { name: 'supervisor', status: 'note', text: 'not running' };
  const parts = (['server', 'worker'] as const).map((name) => {
    const { status, restarts, lastEnd } = state[name];
    return `${name} ${status}${restarts === 0 ? '' : `, started again ${restarts} times (last end: ${lastEnd ?? 'not known'})`}`;
  });
  const isCurrent = state.version === productVersion;
  const text = `pid ${state.supervisor.pid} since ${state.startedAt}; ${parts.join('; ')}; logs in ${home.logs}`;
  const advice = `\nit is of version ${state.version}: \`runbook down\`, then \`runbook up\``;
  return { name: 'supervisor', status: isCurrent ? 'good' : 'note', text: isCurrent ? text : text + advice };
}

async function examineServer(home: Home, files: InventoryOptions): Promise<Finding[]> {
  let connection: RunbookConnection;
  try {
    connection = await connect({ worker: false, home });
  } catch (error) {
    return [{ name: 'server', status: 'bad', text: asRunbookError(error).message }];
  }
  try {
    const { client, address, namespace, uiUrl } = connection;
    const info = await client.workflowService.getSystemInfo({});
    const ui = uiUrl === undefined ? '' : `, UI ${uiUrl}`;
    const server = {
      name: 'server',
      status: 'good',
      text: `${address}, Temporal ${info.serverVersion}, namespace ${namespace}${ui}`,
    } as const;
    return [
      server,
      await examineAttributes(connection),
      await examinePollers(connection),
      ...(await examineSites(connection, files)),
    ];
  } catch (error) {
    return [
      { name: 'server', status: 'bad', text: `${connection.address}: ${asRunbookError(error).message}` },
    ];
  } finally {
    await connection.close();
  }
}

async function examineAttributes({ client, namespace }: RunbookConnection): Promise<Finding> {
  const known = await client.connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.entries(searchAttributes).filter(
    ([name]) => !Object.hasOwn(known.customAttributes, name),
  );
  if (missing.length === 0)
    return { name: 'attributes', status: 'good', text: 'the server knows our search attributes' };
  const flags = missing.map(([name, type]) => `--name ${name} --type ${type}`).join(' ');
  return {
    name: 'attributes',
    status: 'bad',
    text: `the server does not know our search attributes:\ntemporal operator search-attribute create -n ${namespace} ${flags}`,
  };
}

async function examinePollers({ client, namespace }: RunbookConnection): Promise<Finding> {
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- 1 = workflow tasks; the enum lives in a package we do not import
    taskQueueType: 1,
  });
  if (pollers.length === 0)
    return {
      name: 'worker',
      status: 'note',
      text: 'none polls; open runs stand still until `runbook up` or `runbook worker`',
    };
  return { name: 'worker', status: 'good', text: pollers.map((poller) => poller.identity ?? '?').join(', ') };
}

async function examineSites(connection: RunbookConnection, files: InventoryOptions): Promise<Finding[]> {
  const { inventory, knownHosts, settings } = files;
  if (inventory === undefined) return [];
  const loadedSettings = loadSettings(settings);
  const loaded = loadInventory({
    inventory,
    knownHosts,
    settings: loadedSettings.ok ? loadedSettings.settings : undefined,
  });
  if (!loaded.ok) return [{ name: 'sites', status: 'bad', text: loaded.issues.map(formatIssue).join('\n') }];
  const sites = await sitesOf(connection.client, loaded.inventory.entries);
  if (sites.length === 0) return [];
  const lines = unservedLines(sites, { ...viewOf(process.stdout), paint: plainPaint });
  if (lines.length === 0) return [{ name: 'sites', status: 'good', text: servedText(sites) }];
  return [
    {
      name: 'sites',
      status: 'bad',
      text: [...lines, ...(connection.embedded ? [embeddedServerNote] : [])].join('\n'),
    },
  ];
}

function nearestFolder(place: string): string {
  return existsSync(place) ? place : nearestFolder(path.dirname(place));
}
