/** What happens on the way to the root shell, for somebody who looks on. Secrets are masked. */
export type Seen =
  /** `by`: the key below `dialogue` in the profile, such as `moves.expert`. */
  | {
      readonly kind: 'typed';
      readonly by: string;
      readonly text?: string;
      readonly secret?: 'password' | 'sudoPassword';
    }
  /** A known prompt; `line` is what was recognised. */
  | { readonly kind: 'state' | 'pager'; readonly name: string; readonly line: string };

export type Watch = (seen: Seen) => void;
