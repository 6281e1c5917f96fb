import { alternate, ratioOf } from '../alternate.ts';
import type { Measurement } from '../measurement.ts';
import { ChargeOrder } from '../order-message.ts';
import { onRabbit } from '../rabbit/contest.ts';
import type { Contest } from '../rabbit/contest.ts';
import { envelopeHeaders } from '../rabbit/envelope-headers.ts';
import { publishMany } from '../rabbit/publish-many.ts';
import { startRabbitBus } from '../rabbit/rabbit-bus.ts';
import { openRawQueues } from '../rabbit/raw-queues.ts';
import { median, timed } from '../statistics.ts';

const messages = 20_000;
const keys = 1000;
const figures = { rounds: 5, warmUps: 1 };

/**
 * Confirmed and pipelined publishes: validated, encoded and confirmed by quorum queues on all sides. By hand there is a body and an id,
 * or all that the bus sends, so that it can be seen what the headers cost the broker and amqplib, and what the bus adds. The bound is
 * for the same message on both sides: a single header alone costs the broker a tenth (RabbitMQ 3.10.8, two cores).
 */
export const rabbitPublish = (): Promise<readonly Measurement[]> =>
  onRabbit('rabbit-publish', async (contest) => {
    const contestants = {
      bare: () => publishRaw(contest, undefined),
      whole: () => publishRaw(contest, envelopeHeaders),
      bus: () => publishBus(contest),
    };
    const { bare, whole, bus } = await alternate(contestants, figures);
    const scenario = 'RabbitMQ, publish';
    const unit = 'messages/s';
    const bound = { kind: 'at-least', value: 0.9 } as const;
    return [
      { scenario, figure: 'amqplib by hand', value: median(bare), unit, bound: undefined },
      { scenario, figure: 'by hand with the headers of the bus', value: median(whole), unit, bound: undefined },
      { scenario, figure: 'bus', value: median(bus), unit, bound: undefined },
      { scenario, figure: 'bus / by hand with its headers', value: ratioOf(bus, whole), unit: '×', bound },
      { scenario, figure: 'bus / by hand', value: ratioOf(bus, bare), unit: '×', bound: undefined },
      {
        scenario,
        figure: 'by hand with its headers / by hand',
        value: ratioOf(whole, bare),
        unit: '×',
        bound: undefined,
      },
    ];
  });

async function publishRaw({ url, freshName }: Contest, headersOf: typeof envelopeHeaders | undefined): Promise<number> {
  const queues = await openRawQueues({ url, name: freshName(), ...(headersOf === undefined ? {} : { headersOf }) });
  // As the other side does.
  await publishMany(queues.publish, { messages: 1000, keys });
  const ms = await timed(() => publishMany(queues.publish, { messages, keys }));
  await queues.close();
  return (messages / ms) * 1000;
}

async function publishBus({ url, freshName }: Contest): Promise<number> {
  const bus = await startRabbitBus({ url, namePrefix: freshName() });
  // The first publishes make the queues and their channels, which the other side has done before.
  await publishMany((order) => bus.send(ChargeOrder, order), { messages: 1000, keys });
  const ms = await timed(() => publishMany((order) => bus.send(ChargeOrder, order), { messages, keys }));
  await bus.stop();
  return (messages / ms) * 1000;
}
