import type { Delivery, Receipt, TransportMessage } from '@waybill/core/driver';
import type { ConsumeMessage } from 'amqplib';

/** What a foreign or an own message says once it is read; reading never throws. */
export interface ReadMessage {
  readonly message: TransportMessage;
  /** The publisher's own time in epoch milliseconds; `undefined` where it set none. */
  readonly enqueuedAtMs: number | undefined;
  /** The broker's count of deliveries, from 1. */
  readonly attempt: number;
}

/** Core's mark of one handing out; a message that is handed out again has another one. */
export class RabbitReceipt {
  readonly held: HeldMessage;

  constructor(held: HeldMessage) {
    this.held = held;
  }
}

/** One unacknowledged message of one channel, from its arrival until its ack or the end of the channel. */
export class HeldMessage implements ReadMessage {
  readonly raw: ConsumeMessage;
  readonly message: TransportMessage;
  readonly enqueuedAtMs: number | undefined;
  readonly attempt: number;
  /** On the receiver's monotonic clock. */
  readonly arrivedAtMs: number;
  /** Which of the receiver's queues it came from. */
  readonly partition: number;
  /** Times that core has given it back to the local hold, of which the broker knows nothing. */
  #releases = 0;
  #receipt: RabbitReceipt | undefined = undefined;

  constructor(raw: ConsumeMessage, read: ReadMessage, partition: number, arrivedAtMs: number) {
    this.raw = raw;
    this.partition = partition;
    this.message = read.message;
    this.enqueuedAtMs = read.enqueuedAtMs;
    this.attempt = read.attempt;
    this.arrivedAtMs = arrivedAtMs;
  }

  get tag(): number {
    return this.raw.fields.deliveryTag;
  }

  get key(): string | undefined {
    return this.message.key;
  }

  /** The receipt that core holds now. */
  get receipt(): RabbitReceipt | undefined {
    return this.#receipt;
  }

  handOut(): Delivery {
    const receipt = new RabbitReceipt(this);
    this.#receipt = receipt;
    const attempt = this.attempt + this.#releases;
    return { receipt, message: this.message, attempt, enqueuedAtMs: this.enqueuedAtMs, origin: undefined };
  }

  /** Core gives it back; its receipt means nothing from now on. */
  takeBack(): void {
    this.#releases += 1;
    this.#receipt = undefined;
  }
}

/** The message whose current receipt this is; a receipt of another driver or of an earlier handing out has none. */
export function heldBy(receipt: Receipt): HeldMessage | undefined {
  return receipt instanceof RabbitReceipt && receipt.held.receipt === receipt ? receipt.held : undefined;
}
