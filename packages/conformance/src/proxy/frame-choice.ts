import type { Direction } from './direction.ts';
import type { Frame, FrameKind } from './frames/frame.ts';

/** Where a frame was seen. */
export interface FrameOrigin {
  /** Counts up from 1; tells which reply belongs to which request. */
  readonly connection: number;
  readonly direction: Direction;
}

/** Which frames a toxic is about. */
export interface FrameChoice {
  /** A kind of frame, or a test of one's own. The proxy must have been told the protocol. */
  readonly at: FrameKind | ((frame: Frame, origin: FrameOrigin) => boolean);
  /** Leaves the first so many matching frames alone, counted over all connections. Default 0. */
  readonly skip?: number;
  /** Takes effect so many times, counted over all connections. Default: without end. */
  readonly times?: number;
}

export function isChosen({ at }: FrameChoice, frame: Frame, origin: FrameOrigin): boolean {
  return typeof at === 'function' ? at(frame, origin) : frame.kind === at;
}
