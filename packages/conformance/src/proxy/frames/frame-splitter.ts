import { createByteQueue, type ByteQueue } from './byte-queue.ts';
import type { Frame } from './frame.ts';

/** Cuts one direction of a connection into frames, however its bytes are chunked. No byte is changed, lost or reordered. */
export interface FrameSplitter {
  /** @throws FrameError The bytes are not of this protocol; nothing more can be read from this connection. */
  readonly push: (chunk: Buffer) => readonly Frame[];
  /** The bytes of a frame that has not ended, for a stream that has. */
  readonly rest: () => Buffer;
}

/** The two directions of one connection: what an answer means often hangs on the question. */
export interface SplitterPair {
  readonly toBroker: FrameSplitter;
  readonly toClient: FrameSplitter;
}

/** Takes one frame from the front, or `undefined` when it has not arrived completely. */
export type ReadFrame = (bytes: ByteQueue) => Frame | undefined;

export function createFrameSplitter(readFrame: ReadFrame): FrameSplitter {
  const bytes = createByteQueue();
  return {
    push: (chunk) => {
      bytes.push(chunk);
      const frames: Frame[] = [];
      for (let frame = readFrame(bytes); frame !== undefined; frame = readFrame(bytes)) frames.push(frame);
      return frames;
    },
    rest: () => bytes.take(bytes.length),
  };
}
