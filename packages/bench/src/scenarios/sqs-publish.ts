import { alternate } from '../alternate.ts';
import type { Measurement } from '../measurement.ts';
import { ChargeOrder } from '../order-message.ts';
import { onSqs } from '../sqs/contest.ts';
import type { SqsContest } from '../sqs/contest.ts';
import { effortLines, effortOf } from '../sqs/effort.ts';
import type { Effort } from '../sqs/effort.ts';
import { envelopeAttribute } from '../sqs/envelope-attribute.ts';
import { openRawQueue } from '../sqs/raw-queue.ts';
import type { QueueType } from '../sqs/raw-queue.ts';
import { sendInTens } from '../sqs/send-in-tens.ts';
import { sendOneByOne } from '../sqs/send-one-by-one.ts';
import { startSqsBus } from '../sqs/sqs-bus.ts';
import { openToolkitPublisher } from '../sqs/toolkit-publisher.ts';

const messages = 10_000;
/** The toolkit takes a call for each. */
const messagesOfToolkit = 2000;
const warmUp = 500;
const figures = { rounds: 5, warmUps: 1 };

/**
 * Confirmed sends of 256 callers: validated, encoded and in batches of ten on both sides, by hand because somebody has made the batches, on
 * the bus because it does. By hand there is a body, or all that the bus sends: the bound is for the same message.
 */
export const sqsPublish = (): Promise<readonly Measurement[]> =>
  onSqs('sqs-publish', async (contest) => [
    ...(await publishTo('fifo', contest)),
    ...(await publishTo('standard', contest)),
  ]);

async function publishTo(queueType: QueueType, contest: SqsContest): Promise<readonly Measurement[]> {
  const contestants = {
    bare: () => publishRaw(contest, queueType, undefined),
    whole: () => publishRaw(contest, queueType, envelopeAttribute),
    bus: () => publishBus(contest, queueType),
    toolkit: () => publishToolkit(contest, queueType),
  };
  const { bare, whole, bus, toolkit } = await alternate(contestants, figures);
  const { reached, calls, ratio } = effortLines(`SQS ${queueType}, publish`);
  return [
    ...reached('batches by hand', bare),
    ...reached('batches by hand with the envelope of the bus', whole),
    ...reached('bus', bus),
    ...reached('message-queue-toolkit', toolkit),
    ratio('bus / by hand with its envelope', bus, whole, 0.9),
    ratio('bus / by hand', bus, bare),
    ratio('bus / message-queue-toolkit', bus, toolkit, 5),
    calls('bus', bus, 105),
  ];
}

async function publishRaw(
  { openClient, freshName, deleteQueues }: SqsContest,
  queueType: QueueType,
  attributesOf: typeof envelopeAttribute | undefined,
): Promise<Effort> {
  const name = freshName();
  const client = openClient();
  const queue = await openRawQueue({
    client,
    name,
    queueType,
    ...(attributesOf === undefined ? {} : { attributesOf }),
  });
  // As the other sides do.
  await sendInTens(queue, warmUp);
  const effort = await effortOf(messages, async (start) => {
    start();
    await sendInTens(queue, messages, warmUp);
  });
  client.destroy();
  await deleteQueues(name);
  return effort;
}

async function publishBus({ endpoint, freshName, deleteQueues }: SqsContest, queueType: QueueType): Promise<Effort> {
  const namePrefix = freshName();
  const bus = await startSqsBus({ endpoint, namePrefix, queueType });
  // The first send makes the queues, which the other sides have done before.
  await sendOneByOne((order) => bus.send(ChargeOrder, order), warmUp);
  const effort = await effortOf(messages, async (start) => {
    start();
    await sendOneByOne((order) => bus.send(ChargeOrder, order), messages, warmUp);
  });
  await bus.stop();
  await deleteQueues(namePrefix);
  return effort;
}

async function publishToolkit(
  { openClient, freshName, deleteQueues }: SqsContest,
  queueType: QueueType,
): Promise<Effort> {
  const name = freshName();
  const client = openClient();
  const publisher = await openToolkitPublisher({ client, name, queueType });
  await sendOneByOne(publisher.send, warmUp);
  const effort = await effortOf(messagesOfToolkit, async (start) => {
    start();
    await sendOneByOne(publisher.send, messagesOfToolkit, warmUp);
  });
  await publisher.close();
  client.destroy();
  await deleteQueues(name);
  return effort;
}
