import assert from 'node:assert/strict';
import fc from 'fast-check';
import { loadProfiles, profileSchema, type ApplianceProfile } from '../../../../devices/index.ts';
import { Terminal } from '../../../../devices/dialogue/terminal.ts';
import { walkToGoal } from '../../../../devices/dialogue/walk.ts';
import { mergeProfiles } from '../../../../devices/profile/merge.ts';
import { RunbookError } from '../../../../errors/index.ts';
import { walk, type Walked } from '../support/walking.ts';
import { cutAt, cutInto } from './cuts.ts';
import { PlayedBox, secrets, type PlayOptions } from './played-box.ts';
import { familyFolders, readTranscripts, wireText, type Transcript } from './transcript.ts';
import { VirtualClock } from '../../../../devices/dialogue/virtual-clock.ts';

const shipped = loadProfiles({ extraFolders: familyFolders.slice(1) }).profiles;

function profileOf({ family = 'cisco-firepower', profile }: Transcript): ApplianceProfile {
  const found = shipped.get(family);
  if (found === undefined) throw new Error(`no profile ${family}`);
  if (profile === undefined) return found;
  const { faults, ...rest } = found;
  return { ...profileSchema.parse(mergeProfiles(rest, profile)), faults };
}

/** How a walk ended, with everything that was typed. */
interface Ended {
  readonly box: PlayedBox;
  readonly walked?: Walked;
  readonly error?: RunbookError;
}

async function play(
  transcript: Transcript,
  options: PlayOptions & { setsUp?: boolean } = {},
): Promise<Ended> {
  const clock = new VirtualClock();
  try {
    const walked = await clock.run(walk(transcript, profileOf(transcript), { clock, ...options }));
    return { box: walked.box, walked };
  } catch (error) {
    if (!(error instanceof RunbookError)) throw error;
    return { box: (error as RunbookError & { box: PlayedBox }).box, error };
  }
}

/** Ended as the transcript says, and typed exactly what stands in it. */
function assertEnds({ box, walked, error }: Ended, { ends }: Transcript, message = ''): void {
  const shown = `${message} ${String(error)} ${error?.context.screen ?? ''}`;
  assert.deepEqual(box.unexpected, [], shown);
  assert.deepEqual(box.left, [], shown);
  assert.equal(error?.code, ends.code, shown);
  if (walked !== undefined) assert.deepEqual(walked.arrival.states, ends.states, message);
}

/** Nothing was typed but what stands in the transcript, in its order. */
function assertTypedNoMore({ box }: Ended, transcript: Transcript, message: string): void {
  const foreseen = keysOf(transcript);
  assert.deepEqual(box.typed, foreseen.slice(0, box.typed.length), message);
}

function keysOf({ steps }: Transcript): string[] {
  return steps.flatMap((step) => {
    if (!('types' in step)) return [];
    return [typeof step.types === 'string' ? step.types : secrets[step.types.secret] + step.types.end];
  });
}

/** The texts of the box, each as bytes. */
function textsOf({ steps, lineEnds }: Transcript): Buffer[] {
  return steps.flatMap((step) =>
    'shows' in step || 'prompt' in step ? [Buffer.from(wireText(step, lineEnds))] : [],
  );
}

describe('walkToGoal', function () {
  this.timeout(60_000);

  for (const [name, transcript] of readTranscripts()) {
    const { title, ends } = transcript;
    const longest = Math.max(0, ...textsOf(transcript).map((text) => text.length));
    const whole = textsOf(transcript).reduce((sum, text) => sum + text.length, 0);

    describe(`${name}: ${title}`, () => {
      it(
        ends.code === undefined ? 'finds its way' : `stops with ${ends.code} and types nothing more`,
        async () => {
          const ended = await play(transcript);

          assertEnds(ended, transcript);
          const { walked, error } = ended;
          if (ends.banner !== undefined)
            assert.match(walked?.arrival.banner ?? '', new RegExp(ends.banner, 'm'));
          for (const [ask, pattern] of Object.entries(ends.asked ?? {}))
            assert.match(walked?.arrival.asked[ask] ?? '', new RegExp(pattern));
          if (ends.message !== undefined) assert.match(error?.message ?? '', new RegExp(ends.message));
          if (ends.screen !== undefined) assert.match(error?.context.screen ?? '', new RegExp(ends.screen));
          const told = JSON.stringify([error?.message, error?.context, walked?.arrival]);
          for (const secret of Object.values(secrets)) assert.ok(!told.includes(secret), 'a secret is shown');
          if (error !== undefined) assert.equal(ended.box.typed.length, keysOf(transcript).length);
        },
      );

      it('ends the same, cut at every byte', async () => {
        for (let at = 1; at < longest; at += 1)
          assertEnds(await play(transcript, { cut: cutAt(at), setsUp: false }), transcript, `cut at ${at}`);
      });

      it('ends the same with random borders, whatever comes late', async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }),
            fc.integer({ min: 1, max: 70 }),
            async (sizes, gapMs) => {
              assertEnds(await play(transcript, { cut: cutInto(sizes, gapMs), setsUp: false }), transcript);
            },
          ),
          { numRuns: 10 },
        );
      });

      it('types nothing that is not foreseen when the box stalls in the middle of a text', async () => {
        await fc.assert(
          fc.asyncProperty(fc.nat(longest), fc.integer({ min: 100, max: 40_000 }), async (at, gapMs) => {
            // What has come so far is a prompt to the letter: nobody can tell it from one but by waiting longer.
            fc.pre(
              !textsOf(transcript).some((text) =>
                /(?:[>#$]|More --->|--More--) ?$/.test(text.toString().slice(0, at)),
              ),
            );
            const ended = await play(transcript, { cut: cutAt(at, gapMs), setsUp: false });
            assertTypedNoMore(ended, transcript, `${gapMs} ms at ${at}`);
          }),
          { numRuns: 25 },
        );
      });

      it('says so and types nothing more when the line ends at any byte', async () => {
        await fc.assert(
          fc.asyncProperty(fc.integer({ min: 1, max: Math.max(1, whole - 1) }), async (bytes) => {
            const ended = await play(transcript, { endsAfterBytes: bytes, setsUp: false });
            assertTypedNoMore(ended, transcript, `ended after ${bytes}`);
            assert.ok(ended.error !== undefined, `ended after ${bytes}`);
          }),
          { numRuns: 25 },
        );
      });
    });
  }

  it('needs no long silence behind a weak prompt that is drawn with bytes no text has', async () => {
    const transcript = readTranscripts().get('fmc-clish');
    assert.ok(transcript !== undefined);
    const took = async (change: (profile: ApplianceProfile) => void): Promise<number> => {
      const clock = new VirtualClock();
      const profile = structuredClone(profileOf(transcript));
      change(profile);
      await clock.run(walk(transcript, profile, { clock, setsUp: false }));
      return clock.now();
    };
    const sure = await took(() => undefined);
    const weak = await took((profile) => delete profile.dialogue.states['clish']?.surePrompt);

    // Twice: where it landed, and after what was asked there.
    assert.equal(weak - sure, 2 * (250 - 80));
  });

  it('gives up at once when the signal is aborted', async () => {
    const reason = new Error('cancelled');
    const terminal = new Terminal(new PlayedBox({ steps: [{ prompt: 'no prompt' }] }), 'box', (text) => text);
    const { dialogue } = profileOf({ title: '', marks: [], steps: [], ends: {} });

    await assert.rejects(
      walkToGoal(terminal, {
        dialogue,
        secret: () => Promise.resolve(''),
        signal: AbortSignal.abort(reason),
      }),
      (error) => error === reason,
    );
  });
});
