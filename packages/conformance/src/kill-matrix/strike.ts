import { boundarySteps } from './boundary.ts';
import type { Boundary, BoundaryRequest } from './boundary.ts';
import type { Fault } from './fault.ts';

/** One cell of the matrix. */
export interface Cell {
  readonly boundary: Boundary;
  readonly fault: Fault;
}

type StrikeSignal = 'SIGKILL' | 'SIGSTOP';

/** What becomes of a request at a proxy. `reply-held`: its reply waits while the process is struck. */
export type WirePhase = 'request-lost' | 'reply-lost' | 'replied' | 'reply-held';

/**
 * How a cell strikes. `process`: the victim does it to itself, between two of its own instructions. `wire`: the proxy does it, at a frame of
 * the request: it loses the request, loses the reply, cuts the connection behind the reply, or holds the reply while the process is struck.
 */
export type Strike =
  | { readonly by: 'process'; readonly signal: StrikeSignal }
  | {
      readonly by: 'wire';
      readonly request: BoundaryRequest;
      readonly phase: WirePhase;
      readonly signal: StrikeSignal | undefined;
    };

export function strikeOf({ boundary, fault }: Cell): Strike {
  const { moment, request } = boundarySteps[boundary];
  const isBefore = moment === 'before';
  if (fault === 'kill' || fault === 'freeze') {
    const signal = fault === 'kill' ? 'SIGKILL' : 'SIGSTOP';
    return isBefore ? { by: 'process', signal } : { by: 'wire', request, phase: 'reply-held', signal };
  }
  const [before, after] = isBefore ? (['request-lost', 'reply-lost'] as const) : (['reply-lost', 'replied'] as const);
  return { by: 'wire', request, phase: fault === 'cut-before' ? before : after, signal: undefined };
}
