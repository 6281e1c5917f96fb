import type { TransportMessage } from '@waybill/core/driver';
import type { Lane } from './lane.ts';
import type { MemoryDelivery } from './memory-delivery.ts';

/**
 * One message in one queue, with its links in the lists it is on. A class, because there are as many as messages and all
 * should have one shape.
 */
export class QueuedMessage {
  readonly message: TransportMessage;
  /** Wall time of acceptance. */
  readonly enqueuedAtMs: number;
  /** The same moment on the clock that measures. */
  readonly arrivedAtMs: number;
  readonly lane: Lane;
  state: 'ready' | 'held' | 'delayed' | 'gone' = 'ready';
  attempts = 0;
  /** When it becomes ready, while it is delayed. */
  dueAtMs = 0;
  latest: MemoryDelivery | undefined = undefined;

  /** Neighbours in the lane. */
  previous: QueuedMessage | undefined = undefined;
  next: QueuedMessage | undefined = undefined;
  /** Neighbours among all that is unsettled, by arrival. */
  older: QueuedMessage | undefined = undefined;
  newer: QueuedMessage | undefined = undefined;

  constructor(message: TransportMessage, arrival: Arrival, lane: Lane) {
    this.message = message;
    this.enqueuedAtMs = arrival.enqueuedAtMs;
    this.arrivedAtMs = arrival.arrivedAtMs;
    this.lane = lane;
  }
}

/** The moment a batch was accepted, on both clocks. */
export interface Arrival {
  readonly enqueuedAtMs: number;
  readonly arrivedAtMs: number;
}
