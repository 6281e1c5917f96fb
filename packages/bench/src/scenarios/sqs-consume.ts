import type { SQSClient } from '@aws-sdk/client-sqs';
import { alternate } from '../alternate.ts';
import type { Measurement } from '../measurement.ts';
import { ChargeOrder } from '../order-message.ts';
import type { OrderMessage } from '../order-message.ts';
import { createProgress } from '../rabbit/progress.ts';
import { onSqs } from '../sqs/contest.ts';
import type { SqsContest } from '../sqs/contest.ts';
import { effortLines, effortOf } from '../sqs/effort.ts';
import type { Effort } from '../sqs/effort.ts';
import { envelopeAttribute } from '../sqs/envelope-attribute.ts';
import { batchSize, openRawQueue } from '../sqs/raw-queue.ts';
import type { QueueType, RawQueue } from '../sqs/raw-queue.ts';
import { sendInTens } from '../sqs/send-in-tens.ts';
import { sendOneByOne } from '../sqs/send-one-by-one.ts';
import { startSqsBus } from '../sqs/sqs-bus.ts';
import { startSqsConsumer } from '../sqs/start-sqs-consumer.ts';
import { startToolkitConsumer } from '../sqs/toolkit-consumer.ts';

const messages = 10_000;
/** The toolkit takes a call or two for each. */
const messagesOfToolkit = 500;
const figures = { rounds: 5, warmUps: 1 };

/**
 * Working off a backlog with one poller: received, decoded, validated, handled and deleted on all sides. By hand an answer of ten is deleted
 * in one call while the next is on its way.
 */
export const sqsConsume = (): Promise<readonly Measurement[]> =>
  onSqs('sqs-consume', async (contest) => [
    ...(await consumeFrom('fifo', contest)),
    ...(await consumeFrom('standard', contest)),
  ]);

async function consumeFrom(queueType: QueueType, contest: SqsContest): Promise<readonly Measurement[]> {
  const contestants = {
    raw: () => consumeRaw(contest, queueType),
    bus: () => consumeBus(contest, queueType, 1),
    many: () => consumeBus(contest, queueType),
    consumer: () => consumeByConsumer(contest, queueType),
    toolkit: () => consumeByToolkit(contest, queueType),
    tens: () => consumeByToolkit(contest, queueType, batchSize),
  };
  const { raw, bus, many, consumer, toolkit, tens } = await alternate(contestants, figures);
  const { reached, calls, ratio } = effortLines(`SQS ${queueType}, consume and delete`);
  return [
    ...reached('by hand', raw),
    ...reached('bus, one poller', bus),
    ...reached('bus, up to eight pollers', many),
    ...reached('sqs-consumer, batches', consumer),
    ...reached('message-queue-toolkit', toolkit),
    ...reached('message-queue-toolkit, batchSize 10', tens),
    ratio('bus / by hand, one poller', bus, raw, 0.9),
    ratio('bus / sqs-consumer', bus, consumer),
    ratio('bus / message-queue-toolkit', bus, toolkit, 5),
    ratio('bus / message-queue-toolkit, batchSize 10', bus, tens),
    calls('bus, one poller', bus, 210),
    calls('bus, up to eight pollers', many, 210),
  ];
}

type Start = (handler: (order: OrderMessage) => Promise<void>) => Promise<() => unknown>;

/** From the first message to the last, so that opening connections does not count. */
async function workOff(count: number, start: Start): Promise<Effort> {
  let stop: (() => unknown) | undefined;
  const effort = await effortOf(count, async (begin) => {
    const { note, rate } = createProgress(count);
    let isBegun = false;
    stop = await start(async () => {
      if (!isBegun) begin();
      isBegun = true;
      note();
    });
    await rate;
  });
  await stop?.();
  return effort;
}

interface Filled {
  readonly client: SQSClient;
  readonly name: string;
  readonly queue: RawQueue;
}

/** Fills a queue with what the bus would send, works it off and cleans up. */
async function withFilled(
  { openClient, freshName, deleteQueues }: SqsContest,
  { queueType, count }: { readonly queueType: QueueType; readonly count: number },
  startOn: (filled: Filled) => Start,
): Promise<Effort> {
  const name = freshName();
  const client = openClient();
  const queue = await openRawQueue({ client, name, queueType, attributesOf: envelopeAttribute });
  await sendInTens(queue, count);
  const effort = await workOff(count, startOn({ client, name, queue }));
  client.destroy();
  await deleteQueues(name);
  return effort;
}

const consumeRaw = (contest: SqsContest, queueType: QueueType): Promise<Effort> =>
  withFilled(
    contest,
    { queueType, count: messages },
    ({ queue }) =>
      async (handler) =>
        queue.consume(handler).stop,
  );

const consumeByConsumer = (contest: SqsContest, queueType: QueueType): Promise<Effort> =>
  withFilled(contest, { queueType, count: messages }, ({ client, queue }) => async (handler) => {
    return startSqsConsumer({ client, url: queue.url, handler });
  });

const consumeByToolkit = (contest: SqsContest, queueType: QueueType, size?: number): Promise<Effort> =>
  withFilled(contest, { queueType, count: messagesOfToolkit }, ({ client, name }) => (handler) => {
    return startToolkitConsumer({
      client,
      name,
      queueType,
      handler,
      ...(size === undefined ? {} : { batchSize: size }),
    });
  });

async function consumeBus(contest: SqsContest, queueType: QueueType, pollersMax?: number): Promise<Effort> {
  const namePrefix = contest.freshName();
  const settings = { endpoint: contest.endpoint, namePrefix, queueType };
  const publisher = await startSqsBus(settings);
  await sendOneByOne((order) => publisher.send(ChargeOrder, order), messages);
  await publisher.stop();
  const effort = await workOff(messages, async (handler) => {
    const bus = await startSqsBus({ ...settings, handler, ...(pollersMax === undefined ? {} : { pollersMax }) });
    return () => bus.stop();
  });
  await contest.deleteQueues(namePrefix);
  return effort;
}
