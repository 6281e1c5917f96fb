import type { Direction } from './direction.ts';
import type { BandwidthToxic } from './toxics/bandwidth.ts';
import type { BitFlipToxic } from './toxics/bit-flip.ts';
import type { BlackHoleToxic } from './toxics/black-hole.ts';
import type { CutToxic } from './toxics/cut.ts';
import type { DuplicateReplyToxic } from './toxics/duplicate-reply.ts';
import type { HalfOpenToxic } from './toxics/half-open.ts';
import type { HoldReplyToxic } from './toxics/hold-reply.ts';
import type { LatencyToxic } from './toxics/latency.ts';
import type { LimitToxic } from './toxics/limit.ts';
import type { ResetToxic } from './toxics/reset.ts';
import type { SliceToxic } from './toxics/slice.ts';

/** A fault as data. Each kind's file says exactly what it does; `docs/fault-proxy.md` lists them. */
export type Toxic =
  | LatencyToxic
  | BandwidthToxic
  | SliceToxic
  | BlackHoleToxic
  | HalfOpenToxic
  | ResetToxic
  | LimitToxic
  | BitFlipToxic
  | CutToxic
  | HoldReplyToxic
  | DuplicateReplyToxic;

/** What most kinds have in common. */
export interface ToxicScope {
  /** Default: both. */
  readonly direction?: Direction | 'both';
  /**
   * From 0 to 1, default 1. For a kind that names frames (`at`) it is drawn for each frame, for all others once for each connection.
   */
  readonly chance?: number;
}
