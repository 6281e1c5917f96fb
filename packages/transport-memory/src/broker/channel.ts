import type { QueueInspection, SendOutcome, TransportMessage } from '@waybill/core/driver';
import type { MessageQueue } from './message-queue.ts';

/** A command's queue, an event's topic, or a stream that ends in objects. */
export interface Channel {
  /** @throws MemoryBrokerError when nothing of the batch was taken. */
  readonly send: (messages: readonly TransportMessage[]) => readonly SendOutcome[];
  /** Idempotent. @throws MemoryBrokerError for another lease than the group has, or for a group too many. */
  readonly subscribe: (group: string, leaseMs: number) => void;
  /** @throws MemoryBrokerError when there is no such group, or nothing can be received here. */
  readonly queueOf: (group: string) => MessageQueue;
  readonly inspect: (group: string) => QueueInspection;
}
