import { createBus } from '@waybill/core';
import type { Bus } from '@waybill/core';
import { sqsTransport } from '@waybill/transport-sqs';
import { ChargeOrder } from '../order-message.ts';
import type { OrderMessage } from '../order-message.ts';
import { access, concurrency } from './contest.ts';
import type { QueueType } from './raw-queue.ts';

export interface SqsBusOptions {
  readonly endpoint: string;
  readonly namePrefix: string;
  readonly queueType: QueueType;
  /** Default: that of the transport. */
  readonly pollersMax?: number;
  /** Without one the bus only sends. */
  readonly handler?: (order: OrderMessage) => Promise<void>;
}

/** A started bus on SQS, on connections of its own. */
export async function startSqsBus({ handler, ...options }: SqsBusOptions): Promise<Bus> {
  const bus = createBus({ transport: sqsTransport({ ...access, ...options }) });
  // Without a database its marks are kept in memory, which is none of what is measured.
  const guarantees = { durability: 'volatile', order: options.queueType === 'fifo' ? 'per-key' : 'none' } as const;
  if (handler !== undefined) bus.handle(ChargeOrder, handler, { concurrency, ...guarantees });
  await bus.start();
  return bus;
}
