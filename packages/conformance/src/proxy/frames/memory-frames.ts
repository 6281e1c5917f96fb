import type { ByteQueue } from './byte-queue.ts';
import { FrameError } from './frame-error.ts';
import { createFrameSplitter, type FrameSplitter, type SplitterPair } from './frame-splitter.ts';
import type { FrameKind } from './frame.ts';

/** Length of the payload in 4 bytes, code in 1; then the payload. */
export const memoryHeadBytes = 5;

/** What the frames of a memory broker's host are for; the answer to a call has the highest bit set. */
export const memoryFrameCodes = { call: 1, send: 2, settle: 3, receive: 4, isAnswer: 0x80, lost: 0xff } as const;

/** Splits both directions of a connection to a memory broker's host. */
export function memoryFrames(frameBytesMax: number): SplitterPair {
  return { toBroker: splitter(frameBytesMax), toClient: splitter(frameBytesMax) };
}

function splitter(frameBytesMax: number): FrameSplitter {
  return createFrameSplitter((bytes) => {
    const frame = takeMemoryFrame(bytes, frameBytesMax);
    if (frame === undefined) return undefined;
    const code = frame[memoryHeadBytes - 1] ?? 0;
    return { kind: kinds[code] ?? 'other', label: String(code), bytes: frame };
  });
}

/** One whole frame with its head. @throws FrameError for one that is too long */
export function takeMemoryFrame(bytes: ByteQueue, frameBytesMax: number): Buffer | undefined {
  if (bytes.length < memoryHeadBytes) return undefined;
  const size = memoryHeadBytes + bytes.peek(memoryHeadBytes).readUInt32BE(0);
  if (size > frameBytesMax) throw new FrameError(`A memory frame of ${size} bytes is longer than ${frameBytesMax}.`);
  return bytes.length < size ? undefined : bytes.take(size);
}

const { send, settle, receive, isAnswer } = memoryFrameCodes;

const kinds: Readonly<Record<number, FrameKind>> = {
  [send]: 'memory.send',
  [send | isAnswer]: 'memory.sent',
  [settle]: 'memory.settle',
  [settle | isAnswer]: 'memory.settled',
  [receive | isAnswer]: 'memory.deliver',
};
