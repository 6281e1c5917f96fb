import { liveMemory } from '../live-memory.ts';
import type { Measurement } from '../measurement.ts';
import { ChargeOrder } from '../order-message.ts';
import { onSqs } from '../sqs/contest.ts';
import type { SqsContest } from '../sqs/contest.ts';
import { sendOneByOne } from '../sqs/send-one-by-one.ts';
import { startSqsBus } from '../sqs/sqs-bus.ts';

const messages = 100_000;
const samples = 10;
/** What the bus may hold of it, however long it is: what runs and what waits in lanes and buffers, and the answers on their way. */
const growthMiBMax = 16;

/** A backlog of 100,000 orders in a FIFO queue: the bus holds its bound of it. */
export const sqsBacklog = (): Promise<readonly Measurement[]> =>
  onSqs('sqs-backlog', async (contest) => {
    const namePrefix = await fill(contest);
    const before = await liveMemory();
    const during = await workOff(contest, namePrefix);
    const after = await liveMemory();
    const scenario = 'SQS fifo, backlog of 100,000 orders';
    const [first = 0] = during;
    const line = (figure: string, value: number, atMost?: number): Measurement => ({
      scenario,
      figure,
      value,
      unit: 'MiB',
      bound: atMost === undefined ? undefined : { kind: 'at-most', value: atMost },
    });
    return [
      line('live memory before', before),
      line('at the first tenth', first),
      line('most of it while it is worked off', Math.max(...during), before + growthMiBMax),
      line('at the last tenth', during.at(-1) ?? 0, first + 8),
      line('live memory after', after, before + 8),
    ];
  });

async function fill({ endpoint, freshName }: SqsContest): Promise<string> {
  const namePrefix = freshName();
  const publisher = await startSqsBus({ endpoint, namePrefix, queueType: 'fifo' });
  await sendOneByOne((order) => publisher.send(ChargeOrder, order), messages);
  await publisher.stop();
  return namePrefix;
}

async function workOff({ endpoint }: SqsContest, namePrefix: string): Promise<readonly number[]> {
  let handled = 0;
  const handler = async (): Promise<void> => {
    await pause(1);
    handled += 1;
  };
  const bus = await startSqsBus({ endpoint, namePrefix, queueType: 'fifo', handler });
  const during: number[] = [];
  while (handled < messages) {
    await pause(20);
    if (handled >= (messages / samples) * (during.length + 0.5)) during.push(await liveMemory());
  }
  await bus.stop();
  return during;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
