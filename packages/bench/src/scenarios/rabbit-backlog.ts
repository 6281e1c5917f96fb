import { liveMemory } from '../live-memory.ts';
import type { Measurement } from '../measurement.ts';
import { ChargeOrder } from '../order-message.ts';
import { onRabbit } from '../rabbit/contest.ts';
import type { Contest } from '../rabbit/contest.ts';
import { publishMany } from '../rabbit/publish-many.ts';
import { startRabbitBus } from '../rabbit/rabbit-bus.ts';

const messages = 100_000;
const note = 'x'.repeat(9500);
const samples = 10;
const concurrency = 100;
/** What the bus may hold of it: all that run and wait in lanes, at 10 kB and their parsed form, and room for frames on the way. */
const growthMiBMax = 48;

/** A backlog of 100,000 messages of 10 kB in the broker's queues: the bus holds its bound of it, however long it is. */
export const rabbitBacklog = (): Promise<readonly Measurement[]> =>
  onRabbit('rabbit-backlog', async (contest) => {
    const namePrefix = await fill(contest);
    const before = await liveMemory();
    const during = await workOff(contest, namePrefix);
    const after = await liveMemory();
    const scenario = 'RabbitMQ, backlog of 100,000 × 10 kB';
    const [first = 0] = during;
    const most = Math.max(...during);
    return [
      { scenario, figure: 'live memory before', value: before, unit: 'MiB', bound: undefined },
      { scenario, figure: 'at the first tenth', value: first, unit: 'MiB', bound: undefined },
      {
        scenario,
        figure: 'most of it while it is worked off',
        value: most,
        unit: 'MiB',
        bound: { kind: 'at-most', value: before + growthMiBMax },
      },
      {
        scenario,
        figure: 'at the last tenth',
        value: during.at(-1) ?? 0,
        unit: 'MiB',
        bound: { kind: 'at-most', value: first + 8 },
      },
      {
        scenario,
        figure: 'live memory after',
        value: after,
        unit: 'MiB',
        bound: { kind: 'at-most', value: before + 8 },
      },
    ];
  });

async function fill({ url, freshName }: Contest): Promise<string> {
  const namePrefix = freshName();
  const publisher = await startRabbitBus({ url, namePrefix });
  await publishMany((order) => publisher.send(ChargeOrder, order), { messages, keys: 10_000, note });
  await publisher.stop();
  return namePrefix;
}

async function workOff({ url }: Contest, namePrefix: string): Promise<readonly number[]> {
  let handled = 0;
  const handler = async (): Promise<void> => {
    await pause(1);
    handled += 1;
  };
  const bus = await startRabbitBus({ url, namePrefix, concurrency, handler });
  const during: number[] = [];
  while (handled < messages) {
    await pause(20);
    if (handled >= (messages / samples) * (during.length + 0.5)) during.push(await liveMemory());
  }
  await bus.stop();
  return during;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
