import type { Socket } from 'node:net';
import type { Piece } from './stage.ts';

/** What a socket has received and nobody has taken yet. Bounded: a full one stops the socket, and so its sender. */
export interface Inbox {
  /** The next piece in order, or `undefined` when there will be none. One caller at a time. */
  readonly take: () => Promise<Piece | undefined>;
}

/** Reads from now on; `heldBytesMax` may be passed by the one chunk that reaches it. */
export function openInbox(source: Socket, heldBytesMax: number): Inbox {
  const pieces: Piece[] = [];
  let heldBytes = 0;
  let isClosed = false;
  let wake = (): void => undefined;

  const add = (bytes: Buffer, isEnd: boolean): void => {
    pieces.push({ bytes, frame: null, arrivedAt: performance.now(), isEnd });
    heldBytes += bytes.length;
    if (heldBytes >= heldBytesMax) source.pause();
    wake();
  };
  source.on('data', (bytes: Buffer) => add(bytes, false));
  source.once('end', () => add(Buffer.alloc(0), true));
  source.once('close', () => {
    isClosed = true;
    wake();
  });
  source.resume();

  return {
    take: async () => {
      while (pieces.length === 0 && !isClosed) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const piece = pieces.shift();
      if (piece === undefined) return undefined;
      heldBytes -= piece.bytes.length;
      if (heldBytes < heldBytesMax) source.resume();
      return piece;
    },
  };
}
