import type { Delivery } from '../driver/index.ts';
import type { HeldBatch } from './held-batch.ts';

/**
 * One delivery from receipt to settlement: hot state, so a class. It is in exactly one lane, and in one `HeldBatch` for its lease.
 */
export class HeldDelivery {
  readonly delivery: Delivery;
  readonly key: string | undefined;
  /** Its number on the key, when the outbox gave it one. */
  readonly sequence: number | undefined;
  /** Deliveries before this one that count: its handler may have been started. */
  readonly deliveriesBefore: number;
  /** Handler starts of an earlier delivery to this process that was given back between two tries. */
  triesBefore = 0;
  /** Handler starts of this delivery. */
  attempts = 0;
  /** Tries that were not the message's fault: its dependency was down, or its turn had not come. */
  waits = 0;
  /** Wall time of the first failure here. */
  failedAtMs: number | undefined = undefined;
  /** The same, monotonic: what time limits go by. */
  failingSinceMs: number | undefined = undefined;
  /** Given up: only the dead letter remains to be written. */
  doom: { readonly error: unknown; readonly role: 'poison' | 'behind' } | undefined = undefined;
  /** Monotonic start of the attempt under way. */
  startedAtMs: number | undefined = undefined;
  /** Waits for missing numbers since then, monotonic. */
  gapSinceMs: number | undefined = undefined;
  /** The lease is gone, or the bus stopped by force: nothing may be settled any more. */
  lost = false;
  settled = false;
  /** Its handler, or the writing of its dead letter, is under way. */
  isRunning = false;
  /** The receiver wants it back: it is not begun, and not tried again. */
  isRecalled = false;
  /** Its attempt was aborted for that, so its failure says nothing about the message. */
  isCutShort = false;
  batch: HeldBatch | undefined = undefined;
  place = 0;
  /** Behind this one in its lane. */
  next: HeldDelivery | undefined = undefined;
  #controller: AbortController | undefined = undefined;
  #abortReason: unknown = undefined;

  /** `untouched`: earlier deliveries that are known to have been lost before their handler was started. */
  constructor(delivery: Delivery, sequence: number | undefined, untouched = 0) {
    this.delivery = delivery;
    this.deliveriesBefore = Math.max(0, delivery.attempt - 1 - untouched);
    this.key = delivery.message.key;
    this.sequence = sequence;
  }

  /** Made on first use: an AbortController costs more than the rest of a small message's handling. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  enter(batch: HeldBatch, place: number): void {
    this.batch = batch;
    this.place = place;
  }

  abort(reason: unknown): void {
    this.#abortReason ??= reason;
    this.#controller?.abort(reason);
  }

  /** A new attempt gets a signal of its own; the last one may have been aborted by its time limit. */
  beginAttempt(nowMs: number): void {
    this.attempts += 1;
    this.startedAtMs = nowMs;
    this.#controller = undefined;
    this.#abortReason = undefined;
  }
}
