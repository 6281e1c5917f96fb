import { alternate, ratioOf } from '../alternate.ts';
import type { Measurement } from '../measurement.ts';
import { ChargeOrder } from '../order-message.ts';
import { onRabbit } from '../rabbit/contest.ts';
import type { Contest } from '../rabbit/contest.ts';
import { envelopeHeaders } from '../rabbit/envelope-headers.ts';
import { createProgress } from '../rabbit/progress.ts';
import { publishMany } from '../rabbit/publish-many.ts';
import { startRabbitBus } from '../rabbit/rabbit-bus.ts';
import { openRawQueues } from '../rabbit/raw-queues.ts';
import { median } from '../statistics.ts';

const messages = 20_000;
const keys = 1000;
const concurrency = 64;
/** What the bus holds at most with so many handlers: those that run, and ten times as many in lanes. */
const prefetch = concurrency * 11;
const figures = { rounds: 5, warmUps: 1 };

/** Working off a backlog: received, decoded, validated, handled and acknowledged on both sides, with the same prefetch and headers. */
export const rabbitConsume = (): Promise<readonly Measurement[]> =>
  onRabbit('rabbit-consume', async (contest) => {
    const { raw, bus } = await alternate({ raw: () => consumeRaw(contest), bus: () => consumeBus(contest) }, figures);
    const scenario = 'RabbitMQ, consume and acknowledge';
    return [
      { scenario, figure: 'amqplib by hand', value: median(raw), unit: 'messages/s', bound: undefined },
      { scenario, figure: 'bus', value: median(bus), unit: 'messages/s', bound: undefined },
      {
        scenario,
        figure: 'bus / by hand',
        value: ratioOf(bus, raw),
        unit: '×',
        bound: { kind: 'at-least', value: 0.8 },
      },
    ];
  });

async function consumeRaw({ url, freshName }: Contest): Promise<number> {
  const queues = await openRawQueues({ url, name: freshName(), headersOf: envelopeHeaders });
  await publishMany(queues.publish, { messages, keys });
  const { note, rate } = createProgress(messages);
  await queues.consume(prefetch, async () => note());
  const reached = await rate;
  await queues.close();
  return reached;
}

async function consumeBus({ url, freshName }: Contest): Promise<number> {
  const namePrefix = freshName();
  const publisher = await startRabbitBus({ url, namePrefix });
  await publishMany((order) => publisher.send(ChargeOrder, order), { messages, keys });
  await publisher.stop();
  const { note, rate } = createProgress(messages);
  const bus = await startRabbitBus({ url, namePrefix, concurrency, handler: async () => note() });
  const reached = await rate;
  await bus.stop();
  return reached;
}
