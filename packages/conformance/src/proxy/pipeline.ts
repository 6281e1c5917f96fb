import type { Socket } from 'node:net';
import type { FrameSplitter } from './frames/frame-splitter.ts';
import { openInbox } from './inbox.ts';
import type { Next, Piece, Stage } from './stage.ts';

export interface PipelineOptions {
  readonly source: Socket;
  readonly target: Socket;
  /** Without one bytes are passed as they come. */
  readonly splitter: FrameSplitter | undefined;
  readonly heldBytesMax: number;
  /** The stages of this moment, first to last. */
  readonly stages: () => readonly Stage[];
}

/**
 * Moves one direction of a connection from its source through the stages to its target, one piece at a time. Resolves after the end.
 * @throws FrameError The splitter could not read what came.
 */
export async function runPipeline({ source, target, splitter, heldBytesMax, stages }: PipelineOptions): Promise<void> {
  const inbox = openInbox(source, heldBytesMax);
  const write = writerTo(target);
  for (let arrived = await inbox.take(); arrived !== undefined; arrived = await inbox.take()) {
    for (const piece of splitter === undefined ? [arrived] : split(splitter, arrived))
      await chain(stages(), write)(piece);
  }
}

function chain(stages: readonly Stage[], write: Next): Next {
  return stages.reduceRight<Next>((next, stage) => (piece) => stage(piece, next), write);
}

function split(splitter: FrameSplitter, arrived: Piece): readonly Piece[] {
  if (!arrived.isEnd) {
    return splitter.push(arrived.bytes).map((frame) => ({ ...arrived, frame, bytes: frame.bytes }));
  }
  const rest = splitter.rest();
  return rest.length === 0 ? [arrived] : [{ ...arrived, bytes: rest, isEnd: false }, arrived];
}

/** What can no longer be written is dropped: the connection is being reset. */
function writerTo(target: Socket): Next {
  return (piece) =>
    new Promise((resolve) => {
      if (target.destroyed || target.writableEnded) resolve();
      else if (piece.isEnd) target.end(resolve);
      else target.write(piece.bytes, () => resolve());
    });
}
