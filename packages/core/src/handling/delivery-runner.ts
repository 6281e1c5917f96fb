import type { BusServices } from '../bus/bus-services.ts';
import { BusError, isBusError } from '../errors/bus-error.ts';
import type { Attempt, AttemptEnd } from './attempt.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import { ClaimRefused } from './claim-refused.ts';
import type { RefusedClaim } from './claim-refused.ts';
import type { WriteDeadLetter } from './dead-letter-writer.ts';
import { HandlerFailed, originalError } from './handler-failed.ts';
import type { HeldDelivery } from './held-delivery.ts';
import type { RateLimit } from './rate-limit.ts';
import { backoffDelay, classifyError } from './retry-policy.ts';
import type { SubscriptionSpec } from './subscription-spec.ts';

export interface DeliveryRunnerOptions {
  readonly spec: SubscriptionSpec;
  readonly services: BusServices;
  readonly attempt: Attempt;
  readonly writeDeadLetter: WriteDeadLetter;
  readonly rateLimit: RateLimit;
  readonly circuit: CircuitBreaker;
  /** The delivery is done with: settle it and let its key go on. */
  readonly accept: (held: HeldDelivery) => void;
  /** The delivery was lost while it ran: let its key go on, settle nothing. */
  readonly leave: (held: HeldDelivery) => void;
  /** Try it again after that time; its key waits. */
  readonly rest: (held: HeldDelivery, delayMs: number) => void;
}

/** Waits between two looks for a missing number. */
const gapBackoff = { backoffMs: 20, backoffMsMax: 1000, backoffFactor: 2, jitter: 0.5 };

/** Runs one delivery of a lane and decides what follows: accept, another try, or the dead letters. Never throws. */
export class DeliveryRunner {
  readonly #options: DeliveryRunnerOptions;
  readonly #spec: SubscriptionSpec;
  readonly #services: BusServices;

  constructor(options: DeliveryRunnerOptions) {
    this.#options = options;
    this.#spec = options.spec;
    this.#services = options.services;
  }

  run(held: HeldDelivery): void {
    if (held.doom !== undefined) {
      void this.#bury(held, held.doom);
      return;
    }
    const waitMs = this.#options.rateLimit.take();
    if (waitMs > 0) this.#options.rest(held, waitMs);
    else if (this.#neverEnds(held)) this.#doom(held, exhausted(this.#spec.name, held.deliveriesBefore));
    else this.#attempt(held);
  }

  /** Delivered again and again without an end: it takes its consumers down with it. */
  #neverEnds(held: HeldDelivery): boolean {
    if (this.#spec.guarantees.onPoison === 'block-key') return false;
    return held.attempts === 0 && held.deliveriesBefore >= this.#spec.retry.deliveriesMax;
  }

  /** Not an async function: it would cost two more promises for every message. */
  #attempt(held: HeldDelivery): void {
    held.beginAttempt(this.#services.clock.monotonic());
    const { message } = held.delivery;
    this.#options.attempt({ message, attempt: attemptOf(held), signals: held, replay: undefined }).then(
      (end) => this.#ended(held, end),
      (error: unknown) => this.#failed(held, error),
    );
  }

  #ended(held: HeldDelivery, end: AttemptEnd): void {
    held.startedAtMs = undefined;
    this.#options.circuit.succeeded();
    if (this.#services.observe !== undefined) this.#observeEnd(held, end);
    this.#done(held);
  }

  #done(held: HeldDelivery): void {
    if (held.lost) this.#options.leave(held);
    else this.#options.accept(held);
  }

  #rest(held: HeldDelivery, delayMs: number): void {
    if (held.lost) this.#options.leave(held);
    else this.#options.rest(held, delayMs);
  }

  #failed(held: HeldDelivery, error: unknown): void {
    held.startedAtMs = undefined;
    if (held.lost) this.#options.leave(held);
    else if (held.isCutShort) this.#cutShort(held);
    else if (error instanceof ClaimRefused) this.#refused(held, error.outcome);
    else if (error instanceof HandlerFailed) this.#handlerFailed(held, error.cause);
    else if (isBusError(error) && !error.retryable) this.#giveUp(held, error);
    else this.#waitForDependency(held, error);
  }

  /** It had no chance to end, so it was no try. */
  #cutShort(held: HeldDelivery): void {
    held.attempts -= 1;
    this.#options.rest(held, 0);
  }

  #refused(held: HeldDelivery, outcome: RefusedClaim): void {
    held.attempts -= 1;
    if (outcome.status === 'duplicate') this.#ended(held, 'duplicate');
    else if (outcome.status === 'gap') this.#waitForNumber(held, outcome.expected);
    else if (outcome.status === 'parked') this.#doom(held, undefined, 'behind');
    else this.#rest(held, outcome.status === 'in-progress' ? outcome.retryAfterMs : this.#spec.retry.backoffMs);
  }

  #handlerFailed(held: HeldDelivery, error: unknown): void {
    const verdict = classifyError(this.#spec.retry, error);
    if (verdict === 'wait') {
      this.#waitForDependency(held, error);
      return;
    }
    const { retry } = this.#spec;
    const { clock, random } = this.#services;
    this.#observeFailure(held, error);
    held.failedAtMs ??= clock.now();
    held.failingSinceMs ??= clock.monotonic();
    const delayMs = backoffDelay(retry, held.attempts, random);
    const isOutOfTime = clock.monotonic() + delayMs - held.failingSinceMs >= retry.elapsedMsMax;
    if (verdict === 'give-up' || isOutOfTime || attemptOf(held) >= retry.attemptsMax) this.#giveUp(held, error);
    else this.#rest(held, delayMs);
  }

  /** Store, broker or a dependency is down: the message is not to blame, so nothing is counted. */
  #waitForDependency(held: HeldDelivery, error: unknown): void {
    this.#observeFailure(held, error);
    held.attempts -= 1;
    held.waits += 1;
    this.#options.circuit.failed();
    this.#rest(held, backoffDelay(this.#spec.retry, held.waits, this.#services.random));
  }

  #waitForNumber(held: HeldDelivery, expected: number): void {
    const now = this.#services.clock.monotonic();
    held.gapSinceMs ??= now;
    held.waits += 1;
    if (now - held.gapSinceMs < this.#spec.retry.gapMsMax) {
      this.#rest(held, backoffDelay(gapBackoff, held.waits, this.#services.random));
    } else {
      this.#giveUpGap(held, expected);
    }
  }

  /** Raises the alarm, and parks; a key that may only stand still goes on waiting until the next alarm. */
  #giveUpGap(held: HeldDelivery, expected: number): void {
    const { name, guarantees } = this.#spec;
    const { message } = held.delivery;
    this.#services.observe?.({ event: 'sequence-gap', subscription: name, message, expected });
    this.#services.log.warn(
      { subscription: name, id: message.id, expected, code: 'sequence-gap' },
      'numbers are missing',
    );
    if (guarantees.onPoison === 'block-key') {
      held.gapSinceMs = undefined;
      this.#rest(held, gapBackoff.backoffMsMax);
      return;
    }
    const problem = `Number ${expected} of a key on ${name} is missing.`;
    this.#doom(held, new BusError({ code: 'sequence-gap', message: problem }));
  }

  #giveUp(held: HeldDelivery, error: unknown): void {
    if (this.#spec.guarantees.onPoison === 'block-key') {
      held.attempts -= 1;
      this.#rest(held, this.#spec.retry.backoffMsMax);
    } else {
      this.#doom(held, error);
    }
  }

  #doom(held: HeldDelivery, error: unknown, role: 'poison' | 'behind' = 'poison'): void {
    held.doom = { error, role };
    void this.#bury(held, held.doom);
  }

  async #bury(held: HeldDelivery, { error, role }: NonNullable<HeldDelivery['doom']>): Promise<void> {
    const { delivery } = held;
    const { message } = delivery;
    const { observe, log, clock } = this.#services;
    const subscription = this.#spec.name;
    const firstFailedAtMs = held.failedAtMs ?? clock.now();
    try {
      const attempts = Math.max(attemptOf(held), 0);
      const code = await this.#options.writeDeadLetter({ delivery, error, attempts, role, firstFailedAtMs });
      if (code === 'key-open') {
        held.doom = undefined;
        this.#rest(held, 0);
        return;
      }
      observe?.({ event: 'dead-lettered', subscription, message, code });
      log.debug({ subscription, id: message.id, code }, 'dead letter written');
      this.#done(held);
    } catch (failure) {
      // The store is down, or an earlier number of the key has not come: the message stays with the broker until it is put aside.
      held.waits += 1;
      const backoff = failure instanceof ClaimRefused ? gapBackoff : this.#spec.retry;
      this.#rest(held, backoffDelay(backoff, held.waits, this.#services.random));
    }
  }

  #observeEnd(held: HeldDelivery, end: AttemptEnd): void {
    const { message } = held.delivery;
    const subscription = this.#spec.name;
    if (end === 'duplicate') this.#services.observe?.({ event: 'duplicate', subscription, message });
    else this.#services.observe?.({ event: 'handled', subscription, message, attempt: attemptOf(held) });
  }

  #observeFailure(held: HeldDelivery, error: unknown): void {
    const { observe, log } = this.#services;
    const { message } = held.delivery;
    const subscription = this.#spec.name;
    const attempt = attemptOf(held);
    observe?.({ event: 'attempt-failed', subscription, message, attempt, error: originalError(error) });
    log.debug({ subscription, id: message.id, attempt }, 'attempt failed');
  }
}

/** As the broker and this process count it together. */
function attemptOf(held: HeldDelivery): number {
  return Math.max(held.deliveriesBefore, held.triesBefore) + held.attempts;
}

function exhausted(subscription: string, deliveries: number): BusError {
  return new BusError({
    code: 'attempts-exhausted',
    message: `A message on ${subscription} was delivered ${deliveries} times and never ended.`,
  });
}
