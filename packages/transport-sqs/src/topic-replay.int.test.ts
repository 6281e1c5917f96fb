import { randomUUID } from 'node:crypto';
import { CreateTopicCommand, ListTopicsCommand, PublishCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import type { PublishCommandInput } from '@aws-sdk/client-sns';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { Message } from '@aws-sdk/client-sqs';
import { createBus, defineEvent, memoryStore } from '@waybill/core';
import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { createClients } from './aws/create-clients.ts';
import { sqsTransport } from './sqs-transport.ts';
import { until } from './testing/payment-stage.ts';
import { startEmulator } from './testing/start-emulator.ts';

/** What a replay of an archived topic does to its subscribers (S18 of the facts). On fauxqs, whose clock is this process's. */
vi.setConfig({ testTimeout: 30_000 });

const server = await startEmulator();
const { sqs, sns, destroy } = createClients({ ...server.options, connectTimeoutMs: 1000 });
afterAll(async () => {
  destroy();
  await server.stop();
});

const OrderPaid = defineEvent({
  name: 'order-paid',
  version: 1,
  schema: z.object({ order: z.string() }),
  orderingKey: ({ order }) => order,
});

/** A queue of somebody else on the topic, with raw delivery. */
async function subscribePlainly(TopicArn: string) {
  const Attributes = { FifoQueue: 'true', VisibilityTimeout: '30' };
  const { QueueUrl = '' } = await sqs.send(
    new CreateQueueCommand({ QueueName: `plain-${randomUUID()}.fifo`, Attributes }),
  );
  const Endpoint = `arn:aws:sqs:eu-central-1:000000000000:${QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1)}`;
  await sns.send(
    new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes: { RawMessageDelivery: 'true' } }),
  );
  return async (): Promise<Message | undefined> => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
    );
    const [message] = Messages;
    if (message !== undefined) {
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
    }
    return message;
  };
}

/** The same message once more, as SNS replays it. No emulator keeps an archive. */
async function replay(TopicArn: string, { Body, MessageAttributes, Attributes = {} }: Message): Promise<void> {
  const again: PublishCommandInput = {
    TopicArn,
    Message: Body,
    MessageAttributes: { ...MessageAttributes, Replayed: { DataType: 'String', StringValue: 'true' } },
    MessageGroupId: Attributes.MessageGroupId,
    MessageDeduplicationId: Attributes.MessageDeduplicationId,
  };
  await sns.send(new PublishCommand(again));
}

test('S18: a replay, when the five minutes are over, brings every event again; here each has its effect once', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const startMs = Date.now();
  const { TopicArn: plainTopic = '' } = await sns.send(
    new CreateTopicCommand({ Name: 'plain.fifo', Attributes: { FifoTopic: 'true' } }),
  );
  const naive = await subscribePlainly(plainTopic);
  const ids = { MessageGroupId: 'o-1', MessageDeduplicationId: 'o-1' };
  await sns.send(new PublishCommand({ TopicArn: plainTopic, Message: 'o-1', ...ids }));
  const first = await naive();
  vi.setSystemTime(startMs + 301_000);
  await replay(plainTopic, first ?? {});
  expect([first?.Body, (await naive())?.Body]).toEqual(['o-1', 'o-1']);

  vi.setSystemTime(startMs);
  const mailed: string[] = [];
  const bus = createBus({
    transport: sqsTransport({ ...server.options, namePrefix: 'replay-' }),
    store: memoryStore(),
  });
  onTestFinished(() => bus.stop());
  const options = { group: 'mail', effect: 'once', durability: 'volatile' } as const;
  bus.handle(OrderPaid, ({ order }) => void mailed.push(order), options);
  await bus.start();
  const { Topics = [] } = await sns.send(new ListTopicsCommand({}));
  const TopicArn =
    Topics.map((topic) => topic.TopicArn ?? '').find((arn) => arn.endsWith('replay-order-paid.fifo')) ?? '';
  const archive = await subscribePlainly(TopicArn);
  await bus.publish(OrderPaid, { order: 'o-1' });
  await until(() => mailed.length === 1);
  const archived = await archive();
  vi.setSystemTime(startMs + 301_000);
  await replay(TopicArn, archived ?? {});
  await bus.publish(OrderPaid, { order: 'o-2' });
  await until(() => mailed.includes('o-2'));
  await until(async () =>
    (await bus.health()).subscriptions.every(({ ready, running }) => ready === 0 && running === 0),
  );
  expect(mailed).toEqual(['o-1', 'o-2']);
  // It came again, and was known.
  expect((await archive())?.Body).toBe(archived?.Body);
});
