import assert from 'node:assert/strict';
import { liveFrame } from '../../cli/output/live-frame.ts';
import { changeLines } from '../../cli/output/plain-lines.ts';
import { fleetJson, fleetPage } from '../../cli/output/fleet-page.ts';
import { runJson } from '../../cli/output/run-json.ts';
import { statusPage } from '../../cli/output/status-page.ts';
import { plainPaint, type View } from '../../cli/output/view.ts';
import { fleetHtmlReport, fleetTextReport, htmlReport, textReport } from '../../report/index.ts';
import type { FleetDocument, RunDocument } from '../../workflows/contract.ts';
import { withFakeFleet } from '../support/fake-fleet.ts';
import {
  failWith,
  goodAnswers,
  withFakeWorld,
  type FakeAction,
  type FakeWorld,
} from '../support/fake-world.ts';
import { anOperator, type Operator } from '../support/operator.ts';
import { isWaiting } from '../support/told.ts';

const view: View = { paint: plainPaint, width: 160, now: new Date(), program: 'runbook' };

interface Asked {
  readonly box: string;
  readonly kind?: string;
  readonly commands: readonly { readonly verb: string; readonly command: string }[];
}
interface Shown {
  readonly questions: readonly Asked[];
}

/** The command for this answer of this box, as `-o json` shows it. */
function commandFor({ questions }: Shown, box: string, verb: string): string {
  const found = questions.find((question) => question.box === box)?.commands.find((one) => one.verb === verb);
  if (found === undefined) throw new Error(`no ${verb} for ${box}: ${JSON.stringify(questions)}`);
  return found.command;
}

const unescaped = (page: string): string => page.replaceAll('&#39;', "'").replaceAll('&#x27;', "'");

/** Every page that shows what waits, by name. */
function pagesOf(document: RunDocument): Record<string, string> {
  return {
    status: statusPage(document, view, { phases: document.phases, questionsInFull: Infinity }),
    json: JSON.stringify(runJson(document, 'runbook')),
    'lines of watch': document.questions
      .map((one) =>
        changeLines(undefined, { ...document, questions: [one] }, document.phases, view).join('\n'),
      )
      .join('\n'),
    'text report': textReport(document),
    'HTML report': unescaped(htmlReport(document)),
  };
}

const sudoRefused: FakeAction = () => failWith('SESSION_SUDO_REFUSED', 'sudo said no');
const delivered = { facts: { state: 'new', rung: 'ssh' } };

/** A device for each kind of question; by name. */
const deliveries: Record<string, FakeAction> = {
  'ftd-1': sudoRefused,
  'ftd-2': () => failWith('ENGINE_INTERNAL', 'nobody knows'),
  'ftd-3': () => failWith('GENERATE_PROMPT_UNFIT', 'it asks something else'),
  'ftd-6': () => ({ facts: { state: 'mixed', rung: 'ssh' } }),
  'ftd-7': () => failWith('SESSION_SUDO_REFUSED', 'refused', { cause: 'credential:fleet' }),
  'ftd-8': () => failWith('SESSION_SUDO_REFUSED', 'refused', { cause: 'credential:fleet' }),
};

function everyKind(devices: number): ReturnType<typeof goodAnswers> {
  const answers = goodAnswers(
    devices,
    Array.from({ length: devices }, (_, at) => at + 1),
  );
  const { probeDelivery } = answers;
  answers.deliverCerts = (input) => deliveries[input.target?.name ?? '']?.(input) ?? delivered;
  answers.probeDelivery = async (input) => {
    const looked = await probeDelivery(input);
    const facts = looked.facts as Record<string, string>;
    if (input.params['of'] !== undefined)
      return { facts: { ...facts, outcome: 'unknown', text: 'it is away' } };
    return ['ftd-4', 'ftd-5'].includes(input.target?.name ?? '')
      ? { facts: { ...facts, state: 'unseen', rung: 'fmc' } }
      : looked;
  };
  answers.probeHandDelivery = () => ({
    facts: {
      outcome: 'not-done',
      text: '',
      state: 'old',
      reachable: false,
      fresh: false,
      instructions: 'by hand',
      restart: 'by hand',
    },
  });
  return answers;
}

/** Box, answer: in this order. After a retry or a typed text it asks again. */
const catalogue = [
  ['ftd-1', 'failed', 'retry'],
  ['ftd-1', 'failed', 'skip'],
  ['ftd-2', 'unknown-outcome', 'retry'],
  ['ftd-2', 'unknown-outcome', 'skip'],
  ['ftd-3', 'prompt', 'answer'],
  ['ftd-3', 'prompt', 'skip'],
  ['ftd-4', 'approve', 'approve'],
  ['ftd-4', 'manual', 'retry'],
  ['ftd-4', 'manual', 'skip'],
  ['ftd-5', 'approve', 'deny'],
  ['ftd-6', 'failed', 'skip'],
] as const;

describe('every question is shown with the command that answers it', function () {
  this.timeout(240_000);
  let operator: Operator | undefined;

  const at = async (world: FakeWorld): Promise<Operator> =>
    (operator = await anOperator({
      TEMPORAL_ADDRESS: world.server.address,
      TEMPORAL_NAMESPACE: world.server.namespace,
    }));
  const paste = async (command: string): Promise<void> => {
    const typed = await operator?.typeLine(command);
    assert.equal(typed?.code, 0, `${command}\n${typed?.stdout ?? ''}${typed?.stderr ?? ''}`);
  };

  afterEach(async () => {
    await operator?.leave();
    operator = undefined;
  });

  it('of each kind, of a run and its devices: pasted into a shell it is accepted', async () => {
    await withFakeWorld(8, everyKind(8), async (world) => {
      const inputs = { licence: 'classic' };
      const plan = await world.plan();
      const options = { inputs: { ...plan.inputs, ...inputs } };
      const run = await world.start({ ...plan, inputs: options.inputs }, options);
      const id = run.workflowId;
      await at(world);
      const first = await world.until(id, isWaiting);
      const bypass = commandFor(runJson(first, 'runbook'), 'fmc', 'approve');
      assert.match(bypass, /--case 'NUMBER' --reason 'WHY'$/);
      await paste(bypass);

      const all = await world.until(
        id,
        ({ questions, outcome }) => outcome === 'waiting' && questions.length === 8,
      );
      const json = runJson(all, 'runbook');
      for (const [name, page] of Object.entries(pagesOf(all)))
        for (const { commands } of json.questions)
          for (const { command } of commands)
            assert.ok(
              (name === 'json' ? page.replaceAll('\\"', '"') : page).includes(command) ||
                page.includes('--cause credential:fleet'),
              `${name} shows ${command}\n${page}`,
            );
      assert.match(liveFrame(all, all.phases, view, 60), /runbook retry \S+ --cause credential:fleet/);
      const typed = await operator?.type('status', id);
      assert.equal(typed?.code, 5, typed?.stderr);
      assert.match(typed.stdout, /retry +(npx )?runbook retry \S+ --device ftd-1/);

      for (const [box, kind, verb] of catalogue) {
        const now = await world.until(id, ({ questions }) =>
          questions.some((question) => question.box === box && question.kind === kind),
        );
        const asked = now.questions.find((question) => question.box === box)?.id;
        await paste(commandFor(runJson(now, 'runbook'), box, verb));
        if (kind !== 'manual')
          await world.until(id, ({ questions }) => !questions.some((question) => question.id === asked));
      }
      for (const name of ['ftd-7', 'ftd-8']) deliveries[name] = () => delivered;
      await paste(`runbook retry ${id} --cause credential:fleet`);
      const last = await world.until(id, ({ questions }) =>
        questions.some(({ needs }) => needs?.length === 1),
      );
      await paste(commandFor(runJson(last, 'runbook'), 'fmc', 'approve'));
      const document = (await run.result()) as RunDocument;
      assert.deepEqual(
        document.devices.map(({ status }) => status),
        ['skipped', 'skipped', 'skipped', 'skipped', 'needs-hands', 'skipped', 'done', 'done'],
      );
    });
  });

  it('of devices in a shard too', async () => {
    await withFakeWorld(51, everyKind(51), async (world) => {
      const run = await world.start(await world.plan(), { lanes: 32 });
      const id = run.workflowId;
      await at(world);
      const waiting = runJson(await world.until(id, isWaiting), 'runbook');
      for (const [box, verb] of [
        ['ftd-1', 'retry'],
        ['ftd-4', 'approve'],
        ['ftd-3', 'answer'],
        ['ftd-2', 'skip'],
      ] as const)
        await paste(commandFor(waiting, box, verb));
      const isAskedAgain = ({ questions }: RunDocument, box: string, part: string): boolean =>
        questions.some((one) => one.box === box && one.id.includes(part));
      await world.until(
        id,
        (document) =>
          isAskedAgain(document, 'ftd-1', 'deliver#2') &&
          isAskedAgain(document, 'ftd-3', 'deliver#2') &&
          isAskedAgain(document, 'ftd-4', 'restartByHand') &&
          document.devices[1]?.status === 'skipped',
      );
      await paste(`runbook cancel ${id} --reason 'seen enough'`);
      assert.equal(((await run.result()) as RunDocument).outcome, 'cancelled');
    });
  });

  it('of a fleet and its members too; one command for all of them that failed', async () => {
    const answers = goodAnswers(1, [1]);
    let broken = true;
    answers.deliverCerts = (input) => (broken ? sudoRefused(input) : delivered);
    const layout = { canary: { member: 'm1', approve: true }, limits: { fmcs: 3, devices: 4, budget: 2 } };
    await withFakeFleet(3, 1, answers, layout, async (fleet) => {
      await fleet.start();
      await at(fleet.world);
      const shown = async (holds: (document: FleetDocument) => boolean): Promise<Shown> => {
        const document = await fleet.until(holds);
        const live = { ...document, members: document.members.map((one) => ({ ...one, step: null })) };
        const json = fleetJson(live, 'runbook') as Shown;
        const pages = {
          status: fleetPage(live, view),
          'text report': fleetTextReport(document),
          'HTML report': unescaped(fleetHtmlReport(document)),
        };
        for (const [name, page] of Object.entries(pages))
          for (const { command } of json.questions.flatMap(({ commands }) => commands))
            assert.ok(page.includes(command), `${name} shows ${command}\n${page}`);
        return json;
      };
      await paste(commandFor(await shown(isWaiting), 'ftd-1', 'retry'));
      broken = false;
      await fleet.until(({ questions }) => questions.some(({ id }) => id.endsWith('deliver#2')));
      await paste(`runbook retry ${fleet.id} --failed`);
      const canary = await shown(({ questions }) => questions.some(({ id }) => id === 'canary#1'));
      broken = true;
      await paste(commandFor(canary, fleet.id.slice(6), 'approve'));
      await shown(({ questions }) => questions.length === 2);
      broken = false;
      const typed = await operator?.type('retry', fleet.id, '--failed');
      assert.match(typed?.stdout ?? '', /^✓ m2: [^]*^✓ m3: /m);
      assert.equal((await fleet.result()).exitCode, 0);
    });
  });
});
