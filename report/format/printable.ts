/**
 * Characters that would let a name or an output line steer the reader's terminal or page: control characters (ESC among them),
 * line separators, marks that change the direction of writing, characters without width, half surrogates.
 */
const steering = /[\p{Cc}\p{Cs}\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/gu;
const steeringButNewline =
  /(?!\n)[\p{Cc}\p{Cs}\u061C\u180E\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]/gu;

/** One line that is safe to show: every steering character becomes `�`, so that it is seen and not obeyed. */
export function printable(text: string): string {
  return text.replace(steering, '\uFFFD');
}

/** As {@link printable}, for text of several lines; tabs become blanks, CR LF becomes LF. */
export function printableLines(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/\t/g, '    ').replace(steeringButNewline, '\uFFFD');
}
