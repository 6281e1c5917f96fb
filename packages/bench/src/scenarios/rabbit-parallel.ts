import type { Measurement } from '../measurement.ts';
import { ChargeOrder } from '../order-message.ts';
import type { OrderMessage } from '../order-message.ts';
import { onRabbit } from '../rabbit/contest.ts';
import type { Contest } from '../rabbit/contest.ts';
import { createProgress } from '../rabbit/progress.ts';
import { publishMany } from '../rabbit/publish-many.ts';
import { startRabbitBus } from '../rabbit/rabbit-bus.ts';
import { openRawQueues } from '../rabbit/raw-queues.ts';

const messages = 20_000;
const keys = 1000;
const consumers = 8;
const concurrency = 64;
/** Enough for a steady figure: each takes ten milliseconds. */
const oneAtATime = 300;
const handlerMs = 10;

/** What keys are for: eight instances with many lanes, against the usual way to keep order, which is one message at a time. */
export const rabbitParallel = (): Promise<readonly Measurement[]> =>
  onRabbit('rabbit-parallel', async (contest) => {
    const single = await handleOneAtATime(contest);
    const { rate, disorders } = await handleInParallel(contest);
    const scenario = `RabbitMQ, ${consumers} consumers × ${keys} keys, ${handlerMs} ms each`;
    return [
      { scenario, figure: 'one at a time, by hand', value: single, unit: 'messages/s', bound: undefined },
      { scenario, figure: 'bus', value: rate, unit: 'messages/s', bound: undefined },
      {
        scenario,
        figure: 'bus / one at a time',
        value: rate / single,
        unit: '×',
        bound: { kind: 'at-least', value: 20 },
      },
      {
        scenario,
        figure: 'out of the order of a key',
        value: disorders,
        unit: 'messages',
        bound: { kind: 'at-most', value: 0 },
      },
    ];
  });

async function handleOneAtATime({ url, freshName }: Contest): Promise<number> {
  const queues = await openRawQueues({ url, name: freshName(), count: 1 });
  await publishMany(queues.publish, { messages: oneAtATime, keys });
  const { note, rate } = createProgress(oneAtATime);
  await queues.consume(1, async () => {
    await work();
    note();
  });
  const reached = await rate;
  await queues.close();
  return reached;
}

async function handleInParallel({
  url,
  freshName,
}: Contest): Promise<{ readonly rate: number; readonly disorders: number }> {
  const namePrefix = freshName();
  const publisher = await startRabbitBus({ url, namePrefix });
  let published = 0;
  // Publishes in one sequence, so that the amount of each message says its place.
  const send = (order: OrderMessage): Promise<unknown> => {
    published += 1;
    return publisher.send(ChargeOrder, { ...order, amount: published });
  };
  await publishMany(send, { messages, keys });
  const { note, rate } = createProgress(messages);
  const last = new Map<string, number>();
  let disorders = 0;
  const handler = async ({ orderId, amount }: OrderMessage): Promise<void> => {
    if (amount < (last.get(orderId) ?? 0)) disorders += 1;
    last.set(orderId, amount);
    await work();
    note();
  };
  const options = { url, namePrefix, concurrency, handler };
  const buses = await Promise.all(Array.from({ length: consumers }, () => startRabbitBus(options)));
  const reached = await rate;
  await Promise.all([publisher, ...buses].map((bus) => bus.stop()));
  return { rate: reached, disorders };
}

const work = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, handlerMs));
