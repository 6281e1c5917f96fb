import { seededRandom, virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { createMemoryBroker, memoryTransport, profiles, withParameters } from './index.ts';

const clock = virtualClock();
const random = seededRandom(1);

test('the choices of the README do what they say', async () => {
  // #region choices
  // Order per key, leases, nothing lost while the process lives.
  const embedded = memoryTransport();

  // A FIFO queue as AWS documents it, with one setting changed.
  const profile = withParameters(profiles['sqs-fifo'], { callsPerSecond: 300 });

  // Virtual or scaled time, seeded chance: the same run every time.
  const broker = createMemoryBroker({ profile, clock, random });

  // A process, its `kill -9`, and the next one, which finds what the first has left.
  const first = memoryTransport({ broker });
  first.abandon();
  const second = memoryTransport({ broker });
  // #endregion
  expect(embedded.name).toBe('memory');
  expect(second.name).toBe('memory:sqs-fifo');
  const orders = { kind: 'command', channel: 'orders', group: 'workers', leaseMs: 30_000 } as const;
  await second.ensureTopology({ channels: [orders], subscriptions: [orders] });
  expect(await second.inspect(orders)).toMatchObject({ ready: 0 });
});
