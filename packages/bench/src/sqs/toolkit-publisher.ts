import { AbstractSqsPublisher } from '@message-queue-toolkit/sqs';
import { orderSchema } from '../order-message.ts';
import type { OrderMessage } from '../order-message.ts';
import type { RawQueueOptions } from './raw-queue.ts';
import { toolkitDependencies, toolkitOptions } from './toolkit-options.ts';

export interface ToolkitPublisher {
  readonly send: (order: OrderMessage) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A publisher of `@message-queue-toolkit/sqs` as its README writes it. */
export async function openToolkitPublisher(options: Omit<RawQueueOptions, 'attributesOf'>): Promise<ToolkitPublisher> {
  const isFifo = options.queueType === 'fifo';
  class OrderPublisher extends AbstractSqsPublisher<OrderMessage> {}
  const publisher = new OrderPublisher(toolkitDependencies(options.client), {
    ...toolkitOptions(options),
    messageSchemas: [orderSchema],
    ...(isFifo ? { fifoQueue: true, messageGroupIdField: 'orderId' } : { fifoQueue: false }),
  });
  await publisher.init();
  return {
    send: (order) => publisher.publish(order, isFifo ? { MessageDeduplicationId: order.orderId } : {}),
    close: () => publisher.close(),
  };
}
