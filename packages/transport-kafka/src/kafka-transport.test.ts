import { expect, test, vi } from 'vitest';
import { kafkaTransport } from './kafka-transport.ts';

const load = vi.hoisted(() => vi.fn<() => Promise<never>>());

vi.mock('./client/open-kafka-client.ts', () => ({ openKafkaClient: load }));

test('a client that cannot be loaded is looked for each time, and there is nothing to close', async () => {
  load.mockImplementation(() => Promise.reject(new Error('no such package')));
  const transport = kafkaTransport({ brokers: ['localhost:9092'] });
  const nothing = { channels: [], subscriptions: [] };
  await expect(transport.ensureTopology(nothing)).rejects.toThrow('no such package');
  await expect(transport.ensureTopology(nothing)).rejects.toThrow('no such package');
  expect(load).toHaveBeenCalledTimes(2);
  await expect(transport.close()).resolves.toBeUndefined();
});
