import type { Delivery, Receipt, TransportMessage } from '@waybill/core/driver';
import type { ReadRecord } from '../message/read-record.ts';

/** Core's mark of one handing out; a record that is handed out again has another one. */
class KafkaReceipt {
  readonly held: HeldRecord;

  constructor(held: HeldRecord) {
    this.held = held;
  }
}

/** The partition of a record, for whoever has only its receipt. */
export interface RecordOwner {
  /** Never handed out again, and counted as finished. */
  readonly finish: (record: HeldRecord) => void;
  /** Handed out again at `readyAtMs`, and the later ones of its key behind it. */
  readonly release: (record: HeldRecord, readyAtMs: number) => void;
}

/** Where a record stands in its partition. */
export interface RecordStanding {
  readonly owner: RecordOwner;
  /** Counts the records of the partition. */
  readonly place: number;
  /** In memory, about. */
  readonly bytes: number;
  /** Of the partition, taken up to this record. */
  readonly bytesTaken: number;
}

/** One record from when it is looked at until it is finished or its partition lost. Hot state, so a class. */
export class HeldRecord implements RecordStanding {
  readonly owner: RecordOwner;
  readonly place: number;
  readonly bytes: number;
  readonly bytesTaken: number;
  readonly enqueuedAtMs: number | undefined;
  readonly message: TransportMessage;
  readonly origin: string | undefined;
  /** Monotonic; not handed out before. */
  readyAtMs = 0;
  /** Kafka counts no deliveries; this is how often core has given it back here. */
  #releases = 0;
  #receipt: KafkaReceipt | undefined = undefined;

  constructor({ message, enqueuedAtMs, origin }: ReadRecord, { owner, place, bytes, bytesTaken }: RecordStanding) {
    this.message = message;
    this.enqueuedAtMs = enqueuedAtMs;
    this.origin = origin;
    this.owner = owner;
    this.place = place;
    this.bytes = bytes;
    this.bytesTaken = bytesTaken;
  }

  get key(): string | undefined {
    return this.message.key;
  }

  /** The receipt that core holds now. */
  get receipt(): Receipt | undefined {
    return this.#receipt;
  }

  handOut(): Delivery {
    const receipt = new KafkaReceipt(this);
    this.#receipt = receipt;
    return {
      receipt,
      message: this.message,
      attempt: 1 + this.#releases,
      enqueuedAtMs: this.enqueuedAtMs,
      origin: this.origin,
    };
  }

  /** It is to be handed out again; its receipt means nothing from now on. */
  takeBack(readyAtMs: number): void {
    this.#releases += 1;
    this.#receipt = undefined;
    this.readyAtMs = readyAtMs;
  }

  /** Finished or lost: its receipt means nothing from now on. */
  end(): void {
    this.#receipt = undefined;
  }

  /**
   * Copies the body out of the answer of the broker that it is a view of: one record would keep all of that alive. Core may have the message
   * by now, and sees the same bytes.
   */
  detach(): void {
    const message: { body: Uint8Array } = this.message;
    if (message.body.byteLength < message.body.buffer.byteLength) message.body = Uint8Array.from(message.body);
  }
}

/** The record whose current receipt this is; a receipt of another driver or of an earlier handing out has none. */
export function heldBy(receipt: Receipt): HeldRecord | undefined {
  return receipt instanceof KafkaReceipt && receipt.held.receipt === receipt ? receipt.held : undefined;
}
