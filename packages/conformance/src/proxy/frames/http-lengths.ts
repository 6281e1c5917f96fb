import type { ByteQueue } from './byte-queue.ts';
import { FrameError } from './frame-error.ts';

const headBytesMax = 65_536;

/** A chunk's size line with its extensions. */
const lineBytesMax = 1024;

/** How long the head at the front is, its empty line included; `undefined` while it is not complete. */
export function httpHeadLength(bytes: ByteQueue): number | undefined {
  const seen = bytes.peek(Math.min(bytes.length, headBytesMax));
  const end = seen.indexOf('\r\n\r\n');
  if (end === -1 && seen.length === headBytesMax)
    throw new FrameError(`An HTTP head is longer than ${headBytesMax} bytes.`);
  return end === -1 ? undefined : end + 4;
}

/** Finds where a chunked body ends. It goes on where it stopped, so that a long body in small pieces is read once. */
export interface ChunkScan {
  /** The length of the message up to its last byte, or `undefined` while that has not arrived. */
  readonly end: (bytes: ByteQueue) => number | undefined;
}

/** @param start Where the body begins. */
export function createChunkScan(start: number, frameBytesMax: number): ChunkScan {
  let at = start;
  let isTrailer = false;

  /** The line at `at` without its line end, which is then behind it. */
  const takeLine = (bytes: ByteQueue): string | undefined => {
    const line = bytes.peek(Math.min(bytes.length, at + lineBytesMax)).subarray(at);
    const length = line.indexOf('\r\n');
    if (length === -1 && line.length === lineBytesMax) throw new FrameError('A line of a chunked body is too long.');
    if (length === -1) return undefined;
    at += length + 2;
    if (at > frameBytesMax) throw new FrameError(`A chunked body is longer than ${frameBytesMax} bytes.`);
    return line.toString('latin1', 0, length);
  };

  return {
    end: (bytes) => {
      while (at < bytes.length) {
        const line = takeLine(bytes);
        if (line === undefined) return undefined;
        if (isTrailer && line === '') return at;
        if (!isTrailer) {
          const size = chunkSize(line);
          isTrailer = size === 0;
          if (size > 0) at += size + 2;
          if (at > frameBytesMax) throw new FrameError(`A chunked body is longer than ${frameBytesMax} bytes.`);
        }
      }
      return undefined;
    },
  };
}

function chunkSize(line: string): number {
  const size = /^[\da-f]{1,8}(?=\s*(?:;|$))/i.exec(line)?.[0];
  if (size === undefined) throw new FrameError('A chunk does not begin with its size.');
  return Number.parseInt(size, 16);
}
