import type { Delivery, Receipt } from '@waybill/core/driver';
import type { ReadMessage } from '../message/read-message.ts';

/** SQS ends every hold after 12 hours, however often it was extended. */
const holdMsMax = 43_200_000;

/** One receive of one message, from its arrival until it is settled, given back or lost. It is core's receipt at the same time. */
export class HeldMessage {
  readonly handle: string;
  /** On FIFO: what SQS keeps in order. */
  readonly groupId: string | undefined;
  readonly read: ReadMessage;
  /** Monotonic. */
  readonly receivedAtMs: number;
  /** Monotonic: SQS hands it to somebody else from then on. */
  leaseUntilMs: number;
  isHandedOut = false;
  /** A settlement is under way: its lease may end, and nobody is told. */
  isSettling = false;

  constructor(arrival: Pick<HeldMessage, 'handle' | 'groupId' | 'read' | 'receivedAtMs' | 'leaseUntilMs'>) {
    this.handle = arrival.handle;
    this.groupId = arrival.groupId;
    this.read = arrival.read;
    this.receivedAtMs = arrival.receivedAtMs;
    this.leaseUntilMs = arrival.leaseUntilMs;
  }

  handOut(): Delivery {
    this.isHandedOut = true;
    return { receipt: this, ...this.read };
  }

  /** Whole seconds, as SQS counts; 0 when the 12 hours are over. */
  extensionSeconds(leaseMs: number, nowMs: number): number {
    const leftMs = this.receivedAtMs + holdMsMax - nowMs;
    return Math.max(0, Math.min(Math.ceil(leaseMs / 1000), Math.floor(leftMs / 1000)));
  }
}

/** The message whose receipt this is; one of another driver has none. */
export function heldBy(receipt: Receipt): HeldMessage | undefined {
  return receipt instanceof HeldMessage ? receipt : undefined;
}
