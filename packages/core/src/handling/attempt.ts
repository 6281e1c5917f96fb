import type { BusServices } from '../bus/bus-services.ts';
import type { TransportMessage } from '../driver/index.ts';
import type { PrepareMessage } from '../publishing/prepare-message.ts';
import type { PublishNow } from '../publishing/publish-now.ts';
import { createAttemptAtLeastOnce } from './attempt-at-least-once.ts';
import { createAttemptOnce } from './attempt-once.ts';
import { createAttemptTogether } from './attempt-together.ts';
import { createClaims } from './create-claims.ts';
import type { SignalSource } from './handler-context.ts';
import { createMessageReader } from './read-message.ts';
import type { SubscriptionSpec } from './subscription-spec.ts';

/** One message to be worked on: from the broker, or from the dead letters (`replay`). */
export interface AttemptInput {
  readonly message: TransportMessage;
  /** From 1, as the broker and this process count it. */
  readonly attempt: number;
  readonly signals: SignalSource;
  readonly replay: Replay | undefined;
}

export interface Replay {
  /** Taken away together with the effect. */
  readonly letterId: string;
  /** Missing numbers before it are given up. */
  readonly overGap: boolean;
}

/** `duplicate`: the effect happened before; there is nothing to do but to accept. */
export type AttemptEnd = 'handled' | 'duplicate';

/**
 * Decodes, validates, claims, handles, writes what was published and commits: everything between the lane and the settlement. Decodes
 * for every attempt anew, so that no attempt sees what another has changed.
 * Rejects with the error of whatever failed; nothing has happened then, unless the error says `commit-unknown`.
 */
export type Attempt = (input: AttemptInput) => Promise<AttemptEnd>;

export interface AttemptOptions {
  readonly spec: SubscriptionSpec;
  readonly services: BusServices;
  readonly prepare: PrepareMessage;
  readonly publishNow: PublishNow;
  /** Told after a commit that wrote to the outbox. */
  readonly onOutbox: () => void;
}

export function createAttempt(options: AttemptOptions): Attempt {
  const { spec, services } = options;
  const read = createMessageReader(spec, services.limits);
  const claims = createClaims(spec, services.transport.capabilities);
  const parts = { ...options, read, claims };
  if (spec.guarantees.effect !== 'once') return createAttemptAtLeastOnce(parts);
  return spec.batch === undefined ? createAttemptOnce(parts) : createAttemptTogether(parts, spec.batch);
}
