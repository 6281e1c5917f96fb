import { crashBoundaries } from '@waybill/core/testing';
import type { CrashBoundary } from '@waybill/core/testing';

/** A step between two durable effects: those of producer, relay and consumer, of dead letters (D) and of their replay (Y). */
export type Boundary = CrashBoundary | `D${1 | 2 | 3}` | `Y${1 | 2 | 3}`;

export const boundaries: readonly Boundary[] = [...crashBoundaries, 'D1', 'D2', 'D3', 'Y1', 'Y2', 'Y3'];

/** What the victim asks for next, or has just asked for: what a cut separates from its answer. */
export type BoundaryRequest =
  /** The beginning of a transaction. */
  | 'begin'
  /** The next statement of the transaction that has come to the boundary, and its commit. */
  | 'statement'
  | 'commit'
  /** Sent rows leave the outbox. */
  | 'delete'
  | 'publish'
  | 'settle'
  /** Whatever the broker hears next. */
  | 'broker'
  /** What the buyer hears. */
  | 'answer';

export interface BoundaryStep {
  /** `before`: the request has not been made. `under-way`: it was carried out, and its answer is on the way. */
  readonly moment: 'before' | 'under-way';
  readonly request: BoundaryRequest;
}

/** Where each boundary lies on the wire. Row and letter as in `crashBoundaryPlaces`. */
export const boundarySteps: Readonly<Record<Boundary, BoundaryStep>> = {
  P1: { moment: 'before', request: 'begin' },
  P2: { moment: 'before', request: 'statement' },
  P3: { moment: 'before', request: 'commit' },
  P4: { moment: 'under-way', request: 'commit' },
  P5: { moment: 'before', request: 'answer' },
  R1: { moment: 'before', request: 'publish' },
  R2: { moment: 'before', request: 'publish' },
  R3: { moment: 'under-way', request: 'publish' },
  R4: { moment: 'before', request: 'delete' },
  R5: { moment: 'under-way', request: 'delete' },
  C1: { moment: 'before', request: 'begin' },
  C2: { moment: 'before', request: 'statement' },
  C3: { moment: 'before', request: 'statement' },
  C4: { moment: 'before', request: 'commit' },
  C5: { moment: 'under-way', request: 'commit' },
  C6: { moment: 'before', request: 'settle' },
  C7: { moment: 'under-way', request: 'settle' },
  C8: { moment: 'before', request: 'broker' },
  // The letter is to be put; it is put and the commit is under way; it is committed and its source is not settled.
  D1: { moment: 'before', request: 'statement' },
  D2: { moment: 'under-way', request: 'commit' },
  D3: { moment: 'before', request: 'settle' },
  // The letter is read; its handler has run and it is to be taken away; the commit of both is under way.
  Y1: { moment: 'before', request: 'begin' },
  Y2: { moment: 'before', request: 'statement' },
  Y3: { moment: 'under-way', request: 'commit' },
};
