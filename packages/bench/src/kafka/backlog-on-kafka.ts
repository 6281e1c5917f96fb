import { createBus } from '@waybill/core';
import type { Bus } from '@waybill/core';
import { kafkaTransport } from '@waybill/transport-kafka';
import { ChargeOrder } from '../order-message.ts';
import type { OrderMessage } from '../order-message.ts';
import { publishMany } from '../rabbit/publish-many.ts';
import type { PublishManyOptions } from '../rabbit/publish-many.ts';
import type { Contest } from './contest.ts';

export const partitions = 8;

/** Orders that wait in a topic of the bus, for whoever works them off. */
export interface KafkaBacklog {
  readonly topic: string;
  /** A bus on a connection of its own that handles them. */
  readonly workOff: (handler: (order: OrderMessage) => Promise<void>, concurrency: number) => Promise<Bus>;
}

export async function createKafkaBacklog(
  { brokers, freshName }: Contest,
  options: PublishManyOptions,
): Promise<KafkaBacklog> {
  const namePrefix = freshName();
  const transport = () => kafkaTransport({ brokers, namePrefix, partitions });
  const publisher = createBus({ transport: transport() });
  await publisher.start();
  await publishMany((order) => publisher.send(ChargeOrder, order), options);
  await publisher.stop();
  return {
    topic: `${namePrefix}.${ChargeOrder.name}`,
    workOff: async (handler, concurrency) => {
      const bus = createBus({ transport: transport() });
      // Without a database its marks are kept in memory, which is none of what is measured.
      bus.handle(ChargeOrder, handler, { concurrency, durability: 'volatile' });
      await bus.start();
      return bus;
    },
  };
}
