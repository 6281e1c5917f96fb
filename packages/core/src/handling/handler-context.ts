import type { HandlerContext, Publisher } from '../bus/bus.ts';
import type { OutboxDraft } from '../driver/index.ts';
import type { Envelope } from '../envelope/envelope.ts';
import { createCapturedPublishes } from '../publishing/captured-publishes.ts';
import type { CapturedPublishes } from '../publishing/captured-publishes.ts';
import { childIdPrefix } from '../publishing/child-id-prefix.ts';
import type { PrepareMessage } from '../publishing/prepare-message.ts';

/** Where an attempt finds its abort signal; made on first use. */
export interface SignalSource {
  readonly signal: AbortSignal;
}

/**
 * What a handler gets beside the payload. A class, because one is made per attempt: everything that a handler may not ask for
 * (signal, captured publishes, idempotency key) is made when it does.
 */
export class DeliveryContext implements HandlerContext {
  readonly envelope: Envelope;
  readonly subscription: string;
  readonly transaction: unknown;
  readonly #signals: SignalSource;
  readonly #prepare: PrepareMessage;
  #captured: CapturedPublishes | undefined = undefined;
  #hasEnded = false;

  constructor(
    envelope: Envelope,
    subscription: string,
    transaction: unknown,
    signals: SignalSource,
    prepare: PrepareMessage,
  ) {
    this.envelope = envelope;
    this.subscription = subscription;
    this.transaction = transaction;
    this.#signals = signals;
    this.#prepare = prepare;
  }

  get signal(): AbortSignal {
    return this.#signals.signal;
  }

  get idempotencyKey(): string {
    return `${this.subscription}:${this.envelope.deduplicationKey}`;
  }

  get publish(): Publisher['publish'] {
    return this.#publishes.publish;
  }

  get send(): Publisher['send'] {
    return this.#publishes.send;
  }

  /** What the handler has published. @throws `transaction-closed` when it has not awaited it */
  end(): readonly OutboxDraft[] {
    this.#hasEnded = true;
    return this.#captured === undefined ? none : this.#captured.end();
  }

  get #publishes(): CapturedPublishes {
    if (this.#captured !== undefined) return this.#captured;
    this.#captured = createCapturedPublishes(this.#prepare, {
      idPrefix: childIdPrefix(this.envelope.id, this.subscription),
      correlationId: this.envelope.correlationId,
      causationId: this.envelope.id,
      tenant: this.envelope.tenant,
      traceparent: this.envelope.traceparent,
      tracestate: this.envelope.tracestate,
    });
    if (this.#hasEnded) this.#captured.end();
    return this.#captured;
  }
}

const none: readonly OutboxDraft[] = [];
