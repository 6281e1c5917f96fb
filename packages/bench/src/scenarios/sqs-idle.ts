import { defineCommand, createBus } from '@waybill/core';
import { sqsTransport } from '@waybill/transport-sqs';
import type { Measurement } from '../measurement.ts';
import { orderSchema } from '../order-message.ts';
import { access, onSqs } from '../sqs/contest.ts';
import { countCalls } from '../sqs/count-calls.ts';

const queues = 4;
/** By then every queue has its one poll. */
const settleMs = 3000;
const minutes = 2;

/** What a worker costs that nobody sends anything to: long polls, and nothing else. */
export const sqsIdle = (): Promise<readonly Measurement[]> =>
  onSqs('sqs-idle', async ({ endpoint, freshName }) => {
    const bus = createBus({ transport: sqsTransport({ ...access, endpoint, namePrefix: freshName() }) });
    for (const name of Array.from({ length: queues }, (_, place) => `idle-${place}`)) {
      const command = defineCommand({ name, version: 1, schema: orderSchema });
      bus.handle(command, async () => undefined, { durability: 'volatile' });
    }
    await bus.start();
    await pause(settleMs);
    const calls = countCalls();
    const cpu = process.cpuUsage();
    await pause(minutes * 60_000);
    const { user, system } = process.cpuUsage(cpu);
    calls.stop();
    await bus.stop();
    const scenario = `SQS, ${queues} idle queues for ${minutes} minutes`;
    const share = queues * minutes;
    return [
      {
        scenario,
        figure: 'calls a minute and queue',
        value: calls.of() / share,
        unit: 'calls',
        bound: { kind: 'at-most', value: 3 },
      },
      {
        scenario,
        figure: 'of them long polls',
        value: calls.of('ReceiveMessage') / share,
        unit: 'calls',
        bound: undefined,
      },
      {
        scenario,
        figure: 'CPU a minute and queue',
        value: (user + system) / 1000 / share,
        unit: 'ms',
        bound: undefined,
      },
    ];
  });

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
