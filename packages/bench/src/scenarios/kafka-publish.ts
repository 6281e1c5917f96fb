import { alternate } from '../alternate.ts';
import { onKafka } from '../kafka/contest.ts';
import type { Contest } from '../kafka/contest.ts';
import { envelopeHeaders } from '../kafka/envelope-headers.ts';
import { startKafkaPublisher } from '../kafka/kafka-bus.ts';
import { openRawPublisher } from '../kafka/raw-publisher.ts';
import type { RawPublisherOptions } from '../kafka/raw-publisher.ts';
import { byPartition, byTurn, oneByOne } from '../kafka/send-shapes.ts';
import type { Measurement } from '../measurement.ts';
import { ChargeOrder } from '../order-message.ts';
import type { OrderMessage } from '../order-message.ts';
import { publishMany } from '../rabbit/publish-many.ts';
import { effortLines, effortOf } from '../sqs/effort.ts';
import type { Effort } from '../sqs/effort.ts';

const partitions = 4;
const messages = 40_000;
/** Of the slowest way: a tenth of a second is enough of it. */
const fewMessages = 4000;
const keys = 10_000;
const figures = { rounds: 5, warmUps: 1 };

/**
 * Publishes confirmed by all replicas in sync: validated, encoded and with the key's partition on all sides. By hand there is a body and a key,
 * or all that the bus sends. Beside the safe way by hand there are those that people write: a `send` for each message, and everything of a turn
 * in one `send`, which sends 1168 of 20,000 records twice and 912 out of order when 52 answers are lost, or loses 503 of 10,864 that it has
 * confirmed when it is idempotent and 32 are (kafka-facts.md §1).
 */
export const kafkaPublish = (): Promise<readonly Measurement[]> =>
  onKafka('kafka-publish', async (contest) => [...(await among(contest, 256)), ...(await among(contest, 1024))]);

async function among(contest: Contest, callers: number): Promise<readonly Measurement[]> {
  const withHeaders = { headersOf: envelopeHeaders };
  const contestants = {
    safe: () => publishRaw(contest, callers, { shape: byPartition, idempotent: true, ...withHeaders }),
    bare: () => publishRaw(contest, callers, { shape: byPartition, idempotent: true }),
    each: () => publishRaw(contest, callers, { shape: oneByOne, idempotent: true, ...withHeaders }),
    unsafe: () => publishRaw(contest, callers, { shape: byTurn, idempotent: false, ...withHeaders }),
    bus: () => publishBus(contest, callers),
  };
  const { safe, bare, each, unsafe, bus } = await alternate<keyof typeof contestants, Effort>(contestants, figures);
  const { reached, ratio } = effortLines(`Kafka, publish, ${callers} callers`);
  return [
    ...reached('kafkajs by hand, one send of a partition under way', bare),
    ...reached('the same with the headers of the bus', safe),
    ...reached('by hand, a send for each', each),
    ...reached('by hand, all of a turn in one send (unsafe)', unsafe),
    ...reached('bus', bus),
    ratio('bus / by hand with its headers', bus, safe, 0.9),
    ratio('bus / by hand', bus, bare),
    ratio('bus / a send for each', bus, each, 5),
    ratio('bus / unsafe', bus, unsafe),
  ];
}

type Way = Pick<RawPublisherOptions, 'shape' | 'idempotent' | 'headersOf'>;

async function publishRaw({ brokers, freshName }: Contest, callers: number, way: Way): Promise<Effort> {
  const publisher = await openRawPublisher({ brokers, topic: freshName(), partitions, ...way });
  const count = way.shape === oneByOne ? fewMessages : messages;
  const effort = await effortOf(count, async (start) => {
    // As the other side does.
    await publishMany(publisher.publish, { messages: 1000, keys, callers });
    start();
    await publishMany(publisher.publish, { messages: count, keys, callers });
  });
  await publisher.close();
  return effort;
}

async function publishBus({ brokers, freshName }: Contest, callers: number): Promise<Effort> {
  const bus = await startKafkaPublisher({ brokers, namePrefix: freshName(), partitions });
  const publish = (order: OrderMessage): Promise<unknown> => bus.send(ChargeOrder, order);
  const effort = await effortOf(messages, async (start) => {
    // The first publishes make the topic and open the session, which the other side has done before.
    await publishMany(publish, { messages: 1000, keys, callers });
    start();
    await publishMany(publish, { messages, keys, callers });
  });
  await bus.stop();
  return effort;
}
