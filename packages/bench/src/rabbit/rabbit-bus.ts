import { createBus } from '@waybill/core';
import type { Bus } from '@waybill/core';
import { rabbitTransport } from '@waybill/transport-rabbit';
import { ChargeOrder } from '../order-message.ts';
import type { OrderMessage } from '../order-message.ts';
import { partitions } from './contest.ts';

export interface RabbitBusOptions {
  readonly url: string;
  readonly namePrefix: string;
  readonly concurrency?: number;
  /** Without one the bus only sends. */
  readonly handler?: (order: OrderMessage) => Promise<void>;
}

/** A started bus on RabbitMQ, on connections of its own. */
export async function startRabbitBus(options: RabbitBusOptions): Promise<Bus> {
  const { url, namePrefix, handler, concurrency = 64 } = options;
  const bus = createBus({ transport: rabbitTransport({ urls: [url], namePrefix, partitions, delaysMs: [] }) });
  // Without a database its marks are kept in memory, which is none of what is measured.
  if (handler !== undefined) bus.handle(ChargeOrder, handler, { concurrency, durability: 'volatile' });
  await bus.start();
  return bus;
}
