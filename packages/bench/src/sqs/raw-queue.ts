import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import type { Message, SQSClient } from '@aws-sdk/client-sqs';
import { orderSchema } from '../order-message.ts';
import type { OrderMessage } from '../order-message.ts';
import { concurrency } from './contest.ts';
import type { envelopeAttribute } from './envelope-attribute.ts';

export type QueueType = 'fifo' | 'standard';

/** Of SQS, for every call. */
export const batchSize = 10;

export interface RawQueueOptions {
  readonly client: SQSClient;
  /** Without `.fifo`. */
  readonly name: string;
  readonly queueType: QueueType;
  /** What is sent beside the body; default nothing. */
  readonly attributesOf?: typeof envelopeAttribute;
}

/** What a careful engineer writes by hand on the SDK: batches of ten both ways, JSON and the schema. */
export interface RawQueue {
  readonly url: string;
  /** Up to ten. */
  readonly send: (orders: readonly OrderMessage[]) => Promise<void>;
  /**
   * One poller, until `stop`: what an answer brings is handled side by side and deleted in one call, and meanwhile the next is asked for, as
   * long as no more than `concurrency` messages are under way.
   */
  readonly consume: (handler: (order: OrderMessage) => Promise<void>) => { readonly stop: () => Promise<void> };
}

export async function openRawQueue(options: RawQueueOptions): Promise<RawQueue> {
  const { client, name, queueType, attributesOf } = options;
  const isFifo = queueType === 'fifo';
  const { QueueUrl: url = '' } = await client.send(
    new CreateQueueCommand({
      QueueName: isFifo ? `${name}.fifo` : name,
      Attributes: isFifo ? { FifoQueue: 'true' } : {},
    }),
  );

  const entryOf = (order: OrderMessage, place: number) => ({
    Id: String(place),
    MessageBody: JSON.stringify(orderSchema.parse(order)),
    ...(attributesOf === undefined ? {} : { MessageAttributes: attributesOf(order) }),
    ...(isFifo ? { MessageGroupId: order.orderId, MessageDeduplicationId: order.orderId } : {}),
  });

  return {
    url,
    send: async (orders) => {
      const command = new SendMessageBatchCommand({ QueueUrl: url, Entries: orders.map(entryOf) });
      const { Failed = [] } = await client.send(command);
      if (Failed.length > 0) throw new Error(`SQS refused ${Failed.length} messages: ${Failed[0]?.Message ?? ''}.`);
    },
    consume: (handler) => poll({ client, url }, handler),
  };
}

type Place = Pick<RawQueueOptions, 'client'> & Pick<RawQueue, 'url'>;

function poll(
  { client, url }: Place,
  handler: (order: OrderMessage) => Promise<void>,
): ReturnType<RawQueue['consume']> {
  const stopping = new AbortController();
  const request = {
    QueueUrl: url,
    MaxNumberOfMessages: batchSize,
    WaitTimeSeconds: 20,
    MessageAttributeNames: ['All'],
    MessageSystemAttributeNames: [
      'ApproximateReceiveCount' as const,
      'SentTimestamp' as const,
      'MessageGroupId' as const,
    ],
  };
  const work = async (messages: readonly Message[]): Promise<void> => {
    await Promise.all(messages.map((message) => handler(orderIn(message))));
    const Entries = messages.map(({ ReceiptHandle }, place) => ({ Id: String(place), ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
  };
  const loop = async (): Promise<void> => {
    const underWay = new Set<Promise<void>>();
    while (!stopping.signal.aborted) {
      const options = { abortSignal: stopping.signal };
      const answer = await client.send(new ReceiveMessageCommand(request), options).catch(() => undefined);
      const { Messages: messages = [] } = answer ?? {};
      if (messages.length === 0) continue;
      const done = work(messages).finally(() => underWay.delete(done));
      underWay.add(done);
      if (underWay.size > concurrency / batchSize) await Promise.race(underWay);
    }
    await Promise.all(underWay);
  };
  const ended = loop();
  return {
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}

/** Of an envelope nothing is needed here, and it is read all the same: who sends one does it for those who need it. */
function orderIn({ Body = '', MessageAttributes = {} }: Message): OrderMessage {
  for (const { StringValue = '' } of Object.values(MessageAttributes)) JSON.parse(StringValue);
  return orderSchema.parse(JSON.parse(Body));
}
