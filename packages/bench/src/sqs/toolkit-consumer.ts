import { MessageHandlerConfigBuilder } from '@message-queue-toolkit/core';
import { AbstractSqsConsumer } from '@message-queue-toolkit/sqs';
import type { SQSConsumerDependencies } from '@message-queue-toolkit/sqs';
import { orderSchema } from '../order-message.ts';
import type { OrderMessage } from '../order-message.ts';
import type { RawQueueOptions } from './raw-queue.ts';
import { toolkitDependencies, toolkitOptions } from './toolkit-options.ts';

export interface ToolkitConsumerOptions extends Omit<RawQueueOptions, 'attributesOf'> {
  /** Messages of one call; default: that of the toolkit, which is one. */
  readonly batchSize?: number;
  readonly handler: (order: OrderMessage) => Promise<void>;
}

/** Starts a consumer of `@message-queue-toolkit/sqs` as its README writes it, and answers with what ends it. */
export async function startToolkitConsumer(options: ToolkitConsumerOptions): Promise<() => Promise<void>> {
  const consumer = new OrderConsumer(options);
  await consumer.start();
  return () => consumer.close(true);
}

class OrderConsumer extends AbstractSqsConsumer<OrderMessage, undefined> {
  constructor(options: ToolkitConsumerOptions) {
    const { client, queueType, batchSize } = options;
    super(
      dependenciesOn(client),
      {
        ...toolkitOptions(options),
        handlers: handlersOf(options),
        ...(batchSize === undefined ? {} : { consumerOverrides: { batchSize } }),
        ...(queueType === 'fifo' ? { fifoQueue: true } : {}),
      },
      undefined,
    );
  }
}

const silent = (): void => undefined;

const dependenciesOn = (client: RawQueueOptions['client']): SQSConsumerDependencies => ({
  ...toolkitDependencies(client),
  consumerErrorResolver: {
    processError: (error) => {
      throw error;
    },
  },
  transactionObservabilityManager: {
    start: silent,
    startWithGroup: silent,
    stop: silent,
    addCustomAttributes: silent,
  },
});

const handlersOf = ({ handler }: ToolkitConsumerOptions) =>
  new MessageHandlerConfigBuilder<OrderMessage, undefined>()
    .addConfig(orderSchema, async (order) => {
      await handler(order);
      return { result: 'success' };
    })
    .build();
