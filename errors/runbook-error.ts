import { errorCatalogue, type ErrorCode } from './catalogue.ts';
import type { ErrorEntry } from './error-class.ts';

/** What a person needs beside the message: which box, which step, what stands on its screen. Never a secret. */
export interface ErrorContext {
  /** Name of the box as the inventory has it. */
  device?: string;
  /** `host:port` that was spoken to. */
  address?: string;
  /** The state the box is in now, in a sentence. */
  state?: string;
  /** The last lines of the terminal, secrets masked. */
  screen?: string;
  /** What to do next, when it is more exact than the catalogue's remedy. */
  remedy?: string;
  /** What makes many boxes fail at once, such as `credential:fleet-admin`: their questions are then shown and settled as one. */
  cause?: string;
  [key: string]: unknown;
}

/** The one error class of the product. Decide on `code`, never on the text. */
export class RunbookError extends Error {
  readonly code: ErrorCode;
  readonly context: ErrorContext;

  constructor(code: ErrorCode, message: string, context: ErrorContext = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RunbookError';
    this.code = code;
    this.context = context;
  }

  get entry(): ErrorEntry {
    return errorCatalogue[this.code];
  }

  /** What the operator can do next. */
  get remedy(): string {
    return this.context.remedy ?? this.entry.remedy;
  }
}

/** Any thrown thing as a RunbookError; an unknown one becomes `ENGINE_INTERNAL`. */
export function asRunbookError(thrown: unknown): RunbookError {
  if (thrown instanceof RunbookError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new RunbookError('ENGINE_INTERNAL', text, {}, { cause: thrown });
}
