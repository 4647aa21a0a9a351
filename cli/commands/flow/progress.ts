import { changeLines, fewDevices } from '../../output/plain-lines.ts';
import { liveFrame, type FrameNotes } from '../../output/live-frame.ts';
import { openLiveView } from '../../output/live-view.ts';
import { PaceMeter, paceText, runAdvance } from '../../output/pace.ts';
import type { Phases } from '../../output/phases.ts';
import { viewOf, type View } from '../../output/view.ts';
import type { FollowEvents } from '../../client/follow.ts';
import type { RunDocument } from '../../../workflows/contract.ts';
import { scoreText } from '../../output/score-line.ts';
import { scoreOf, utcCompact } from '../../../report/index.ts';

export interface Progress<Document = RunDocument> extends FollowEvents<Document> {
  /** `keep`: the last picture stays on the terminal. */
  close(options: { readonly keep: boolean }): void;
}

/** A log of many devices has their score now and then, and what needs a person at once. */
export const scoreEveryMs = 30_000;

/** How often the clocks in a picture move on while nothing else changes. */
const redrawMs = 500;

/** How a document looks while it is followed: whole on a terminal, else what has changed since the one before. */
export interface Pictures<Document> {
  frame(document: Document, view: View, rows: number, notes: FrameNotes): string;
  lines(before: Document | undefined, after: Document, view: View): string[];
}

/** Shows how a run goes on, on stderr: one living picture on a terminal, else a line for each change. */
export async function openProgress(phases: Phases, foot?: string): Promise<Progress> {
  const meter = new PaceMeter();
  let told = 0;
  return await openPictures<RunDocument>(
    {
      frame: (document, view, rows, notes) => {
        const pace = meter.see(runAdvance(document), view.now);
        return liveFrame(document, phases, view, rows, pace === undefined ? notes : { ...notes, pace });
      },
      lines: (before, after, view) => {
        const pace = meter.see(runAdvance(after), view.now);
        const lines = changeLines(before, after, phases, view);
        const score = scoreOf(after.devices);
        if (after.devices.length <= fewDevices || view.now.getTime() - told < scoreEveryMs) return lines;
        told = view.now.getTime();
        const paceOrNone = pace === undefined ? '' : ` · ${paceText(pace)}`;
        return [...lines, `${utcCompact(view.now)}   ${scoreText(score, view)}${paceOrNone}`];
      },
    },
    foot,
  );
}

/** As {@link openProgress}, for any document. */
export async function openPictures<Document>(
  pictures: Pictures<Document>,
  foot?: string,
): Promise<Progress<Document>> {
  const stream = process.stderr;
  return stream.isTTY && process.env['TERM'] !== 'dumb'
    ? livePicture(pictures, stream, foot)
    : plainLines(pictures, stream);
}

async function livePicture<Document>(
  pictures: Pictures<Document>,
  stream: NodeJS.WriteStream,
  foot?: string,
): Promise<Progress<Document>> {
  const view = await openLiveView(stream);
  let last: Document | undefined;
  let notice: string | undefined;
  const draw = (): void => {
    if (last === undefined) return;
    const notes = { ...(notice === undefined ? {} : { notice }), ...(foot === undefined ? {} : { foot }) };
    view.draw(pictures.frame(last, viewOf(stream), stream.rows, notes));
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

function plainLines<Document>(pictures: Pictures<Document>, stream: NodeJS.WriteStream): Progress<Document> {
  let last: Document | undefined;
  let notice: string | undefined;
  return {
    state(document) {
      for (const line of pictures.lines(last, document, viewOf(stream))) stream.write(`${line}\n`);
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
