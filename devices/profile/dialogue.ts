import { z } from 'zod';
import { isErrorCode, type ErrorCode } from '../../errors/index.ts';
import { pattern } from './pattern.ts';

const name = z.string().regex(/^[a-z][a-z0-9-]*$/, 'lower case letters, digits and hyphens');
const milliseconds = z.int().min(0).max(3_600_000);
const errorCode = z
  .custom<ErrorCode>((value) => typeof value === 'string' && isErrorCode(value), 'not a known error code')
  .describe('A code of the error catalogue.');

/** A state of the shell, known by what stands on the last line of the terminal. */
export const stateSchema = z
  .strictObject({
    prompt: pattern.describe(
      'Matched against the last line of the terminal, ANSI removed, a run of blanks at its end made one blank.',
    ),
    context: pattern
      .optional()
      .describe('Must also match the text since the last thing that was sent; for prompts that look alike.'),
    silenceMs: milliseconds
      .optional()
      .describe(
        'Silence after which the prompt counts; longer for weak ones such as a bare `>`. Default: dialogue.silenceMs.',
      ),
    surePrompt: pattern
      .optional()
      .describe(
        'Matched against the last bytes as they came, control characters and all. Where it matches, the silence of the dialogue is enough: for boxes that draw a weak prompt with bytes that no text of theirs holds.',
      ),
    onlyAfter: z
      .array(name)
      .optional()
      .describe('Moves after which this state may come; anywhere else the same prompt is an unknown one.'),
    lineClear: z
      .string()
      .optional()
      .describe(
        'Sent before each line in this state, for text that a box leaves on the line (Ctrl-U is "\\u0015").',
      ),
    leave: z
      .string()
      .optional()
      .describe(
        'Typed to go back from this state, where the way here led over one with `staysOpen`. Default of the goal: exit.',
      ),
    staysOpen: z
      .enum(['here', 'behind'])
      .optional()
      .describe(
        'What is open when the connection ends stays open for the next one who connects: from this state on, or from the one that is found behind it. So it is left state by state.',
      ),
  })
  .describe('A state of the shell.');

/** A way from one state to another. The order in the file is the order of preference. */
export const moveSchema = z
  .strictObject({
    from: name,
    to: z.array(name).min(1).describe('States that may follow; any other one stops the walk.'),
    send: z.string().optional().describe('The line that is typed, without its end.'),
    secret: z
      .enum(['password', 'sudoPassword'])
      .optional()
      .describe('What answers a password prompt. Sent once in a session, never again.'),
    end: z.string().default('\r').describe('What ends the line; "" for single keys.'),
    when: pattern
      .optional()
      .describe('Only when the answer to the move before matches (it was refused with this text).'),
    settleMs: milliseconds.default(0).describe('Pause before the line is sent.'),
    patienceMs: milliseconds
      .optional()
      .describe('How long silence may last here; default: dialogue.unknownAfterMs.'),
    mayHang: z
      .boolean()
      .default(false)
      .describe(
        'The box may swallow the line and show only its echo; then it is cleared once and the state is read again.',
      ),
    refused: errorCode.optional().describe('What it means when the box stays where it was.'),
    refusedMessage: z.string().optional(),
  })
  .refine((move) => (move.send === undefined) !== (move.secret === undefined), {
    error: 'exactly one of `send` and `secret`',
  });

/** A command that is asked on the way, in passing. What it answers stands in `arrival.asked`. */
export const askSchema = z.strictObject({
  state: name,
  send: z.string().min(1),
  patienceMs: milliseconds.default(20_000),
  onRequest: z
    .boolean()
    .default(false)
    .describe('Asked only in a login of its own, when an action wants to know it as it is now.'),
});

/** A text at which the walk stops at once. Nothing more is sent. */
export const stopSchema = z.strictObject({
  pattern: pattern.describe('Matched against the text since the last thing that was sent.'),
  code: errorCode,
  message: z.string().min(1).describe('One sentence for the operator.'),
  afterMoves: z.array(name).optional().describe('Only in the answers to these moves.'),
  freeze: z
    .enum(['box', 'credential'])
    .optional()
    .describe(
      'The credential is not used again: on this box, or anywhere, until the operator has corrected it.',
    ),
});

/** A pager: it wants a key before the rest of the text comes. */
export const pagerSchema = z.strictObject({
  prompt: pattern.describe('Matched like the prompt of a state.'),
  send: z.string().min(1),
});

/** How a family's terminal is talked to until the root shell is reached. */
export const dialogueSchema = z
  .strictObject({
    terminal: z
      .strictObject({
        columns: z.int().min(80).max(2000).default(512),
        rows: z.int().min(24).max(5000).default(200),
        term: z.string().default('vt100'),
      })
      .prefault({}),
    goal: name.default('root').describe('The state in which the sentinel is set.'),
    silenceMs: milliseconds
      .default(80)
      .describe('Silence after which a prompt at the end of the text counts.'),
    unknownAfterMs: milliseconds
      .default(20_000)
      .describe('Silence after which a text that ends in no known prompt is an unknown prompt.'),
    landingMs: milliseconds.default(60_000).describe('How long the first prompt may take.'),
    walkMs: milliseconds.default(180_000).describe('How long the whole way to the goal may take.'),
    rejected: pattern
      .optional()
      .describe(
        'Text by which a box says that it did not take the line; it may leave the line standing after its prompt.',
      ),
    states: z.record(name, stateSchema).describe('In order: the first that matches counts.'),
    moves: z.record(name, moveSchema),
    asks: z.record(name, askSchema).default({}),
    openSetUp: z
      .array(z.string())
      .default([])
      .describe(
        'Typed after shellSetUp where the way led over a state with `staysOpen`: whoever finds this shell after a cut must know it.',
      ),
    stops: z.record(name, stopSchema).default({}),
    pagers: z.record(name, pagerSchema).default({}),
    question: pattern
      .default('\\S.*[?:\\])]\\s*$')
      .describe(
        'What the last line looks like when a command waits for an answer; asked only when the time of the command is over.',
      ),
    sureQuestion: pattern
      .optional()
      .describe(
        'What the last, unfinished line of a command surely looks like when it waits for an answer: seen after `questionAfterMs` already. What only looks like it harms nothing: once the command has ended by itself, the run goes on.',
      ),
    questionAfterMs: milliseconds
      .default(20_000)
      .describe('Silence after which `sureQuestion` counts while a command runs.'),
    lost: z
      .array(pattern)
      .default([])
      .describe('Text at the end of the terminal that says that the box has ended the shell (idle log-out).'),
    shellSetUp: z
      .array(z.string())
      .default([])
      .describe(
        'Lines typed one by one right after the goal is reached, before anything else; each may fail.',
      ),
  })
  .describe('The dialogue of a family.');

export type Dialogue = z.infer<typeof dialogueSchema>;
export type DialogueState = z.infer<typeof stateSchema>;
export type DialogueMove = z.infer<typeof moveSchema>;
