import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { answerCommands, causeCommands, commandLine } from '../../../report/index.ts';
import { chooseQuestions as meantByRun } from '../../../workflows/choose-questions.ts';
import { chooseQuestions } from '../../../cli/client/settle.ts';
import { questionBlock } from '../../../cli/output/question.ts';
import * as documents from './documents.ts';
import * as halted from './halted-documents.ts';
import { viewAt } from './golden.ts';

/** The words that a real shell makes of a command line. */
function words(command: string): string[] {
  return execFileSync('sh', ['-c', `set -- ${command}; printf '%s\\0' "$@"`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);
}

function option(typed: readonly string[], name: string): string | undefined {
  const at = typed.indexOf(name);
  return at < 0 ? undefined : typed[at + 1];
}

describe('commandLine', () => {
  it('is taken by a shell word for word, whatever the names', () => {
    for (const name of documents.hostileNames) {
      assert.deepEqual(words(commandLine('runbook', ['retry', '--device', name])), [
        'runbook',
        'retry',
        '--device',
        name,
      ]);
    }
  });
});

describe('answerCommands', () => {
  for (const document of [documents.eightRunning, documents.waiting, documents.thousand, documents.hostile]) {
    it(`names exactly the question it stands at (${document.devices.length} devices, ${document.questions.length} questions)`, () => {
      for (const question of document.questions) {
        for (const { verb, command } of answerCommands(
          'runbook',
          document.run,
          question,
          document.questions,
        )) {
          const typed = words(command);
          const device = option(typed, '--device');
          const chosen =
            device === undefined
              ? chooseQuestions(document, verb, option(typed, '--question'))
              : meantByRun(document.questions, verb, { by: 'ann', device });

          assert.deepEqual(typed.slice(0, 3), ['runbook', verb, document.run]);
          assert.deepEqual(chosen, [question]);
        }
      }
    });
  }

  it('settles all of one cause with one command', () => {
    const { run, questions } = halted.oneCause;
    const alike = questions.filter(({ cause }) => cause !== undefined);
    const commands = causeCommands('runbook', run, alike).map(({ command }) => command);

    assert.deepEqual(commands, [
      `runbook retry ${run} --cause credential:fleet-admin`,
      `runbook skip ${run} --cause credential:fleet-admin --reason 'WHY'`,
    ]);
    assert.deepEqual(meantByRun(questions, 'retry', { by: 'ann', cause: 'credential:fleet-admin' }), alike);
  });

  it('ties a yes to the one question, not to the box', () => {
    const approval = documents.question('fmc-1', {
      id: 'go#1',
      kind: 'approve',
      code: 'APPROVAL',
      answers: ['approve', 'deny'],
    });

    assert.deepEqual(
      answerCommands('runbook', documents.run, approval, [approval]).map(({ command }) => command),
      [
        `runbook approve ${documents.run} --question go#1`,
        `runbook deny ${documents.run} --question go#1 --reason 'WHY'`,
      ],
    );
  });

  it('stands under every question that is shown in full', () => {
    for (const question of documents.waiting.questions) {
      const block = questionBlock(documents.waiting.run, question, documents.waiting.questions, viewAt(80));
      for (const { command } of answerCommands(
        'runbook',
        documents.run,
        question,
        documents.waiting.questions,
      ))
        assert.ok(block.includes(command));
    }
  });
});
