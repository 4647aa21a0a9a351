import { changeLines } from '../../output/plain-lines.ts';
import { liveFrame } from '../../output/live-frame.ts';
import { openLiveView } from '../../output/live-view.ts';
import type { Phases } from '../../output/phases.ts';
import { viewOf } from '../../output/view.ts';
import type { FollowEvents } from '../../client/follow.ts';
import type { RunDocument } from '../../../workflows/contract.ts';
import { utcCompact } from '../../../report/index.ts';

export interface Progress extends FollowEvents {
  /** `keep`: the last picture stays on the terminal. */
  close(options: { readonly keep: boolean }): void;
}

/** How often the clocks in a picture move on while nothing else changes. */
const redrawMs = 500;

/** Shows how a run goes on, on stderr: one living picture on a terminal, else a line for each change. */
export async function openProgress(phases: Phases, foot?: string): Promise<Progress> {
  const stream = process.stderr;
  return stream.isTTY && process.env['TERM'] !== 'dumb'
    ? livePicture(phases, stream, foot)
    : plainLines(phases, stream);
}

async function livePicture(phases: Phases, stream: NodeJS.WriteStream, foot?: string): Promise<Progress> {
  const view = await openLiveView(stream);
  let last: RunDocument | undefined;
  let notice: string | undefined;
  const draw = (): void => {
    if (last === undefined) return;
    const notes = { ...(notice === undefined ? {} : { notice }), ...(foot === undefined ? {} : { foot }) };
    view.draw(liveFrame(last, phases, viewOf(stream), stream.rows, notes));
  };
  const timer = setInterval(draw, redrawMs);
  stream.on('resize', draw);
  return {
    state(document) {
      last = document;
      draw();
    },
    trouble(text) {
      notice = text;
    },
    close(options) {
      clearInterval(timer);
      stream.off('resize', draw);
      view.close(options);
    },
  };
}

function plainLines(phases: Phases, stream: NodeJS.WriteStream): Progress {
  let last: RunDocument | undefined;
  let notice: string | undefined;
  return {
    state(document) {
      for (const line of changeLines(last, document, phases, viewOf(stream))) stream.write(`${line}\n`);
      last = document;
    },
    trouble(text) {
      if (text !== notice && text !== undefined) stream.write(`${utcCompact(new Date())} ${text}\n`);
      notice = text;
    },
    close() {
      last = undefined;
    },
  };
}
