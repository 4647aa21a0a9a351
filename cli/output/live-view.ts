import type { createLogUpdate as CreateLogUpdate } from 'log-update';
import { wrapped } from './layout.ts';

/** Draws frames over each other on a terminal, only what changed, without clearing the screen. */
export interface LiveView {
  draw(frame: string): void;
  /** Gives the cursor back; the last frame stays, or goes where the same is about to be said in full. */
  close(options: { readonly keep: boolean }): void;
}

export async function openLiveView(stream: NodeJS.WriteStream): Promise<LiveView> {
  const { createLogUpdate }: { createLogUpdate: typeof CreateLogUpdate } = await import('log-update');
  const update = createLogUpdate(stream);
  let height = 0;
  return {
    draw(frame) {
      // The library patches line by line only between frames of one height: a shorter one is filled up, so that nothing flickers.
      // Counted as the terminal will show it: a line that is too long takes more than one.
      const lines = wrapped(frame, stream.columns)
        .split('\n')
        .slice(0, Math.max(1, stream.rows - 1));
      const missing = Math.max(0, Math.min(height, stream.rows - 1) - lines.length);
      if (lines.length > height && height !== 0) update.clear();
      height = lines.length + missing;
      update([...lines, ...Array.from({ length: missing }, () => '')].join('\n'));
    },
    close({ keep }) {
      if (!keep) update.clear();
      update.done();
    },
  };
}
