import type { Random } from '@waybill/core/driver';
import type { Frame } from './frames/frame.ts';

/** What moves through one direction of a connection. */
export interface Piece {
  readonly bytes: Buffer;
  /** The one frame that these bytes are, where the protocol is known and no toxic has touched them. */
  readonly frame: Frame | null;
  /** When the proxy read it, in `performance.now()` milliseconds. */
  readonly arrivedAt: number;
  /** The orderly end of the stream; it has no bytes and goes through every stage, as a FIN does. */
  readonly isEnd: boolean;
}

/** Resolves when the piece has been handed to the operating system, which is what holds a fast sender back. */
export type Next = (piece: Piece) => Promise<void>;

/** One toxic at work on one direction of one connection. Called with one piece after the other. */
export type Stage = (piece: Piece, next: Next) => Promise<void>;

/** What a toxic may use of its connection. */
export interface StageContext {
  /** A generator of its own for each toxic, connection and direction, so that traffic elsewhere changes nothing. */
  readonly random: Random;
  /** Ends early when the toxic is removed or the connection closes. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Resolves when the toxic is removed or the connection closes. */
  readonly untilOver: () => Promise<void>;
  /** The toxic was removed or the connection has closed. */
  readonly isOver: () => boolean;
  /** Counts that the toxic took effect. */
  readonly hit: () => void;
  /** Whether this frame is one that the toxic takes effect on; counts it if so. */
  readonly takes: (frame: Frame | null) => frame is Frame;
  /** RST to both sides. */
  readonly reset: () => void;
}
