import type { TransportDriver } from '@waybill/core/driver';
import { expect, test } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import { sqsTransport } from '../sqs-transport.ts';
import { requireGroup } from './require-group.ts';

const topic = { kind: 'event', channel: 'charged', group: '' } as const;
const receiving = { leaseMs: 1000, unsettledMax: 1, onLost: () => undefined };
const subscribed = { channels: [], subscriptions: [{ ...topic, leaseMs: 1000 }] };

test.each([
  ['opens a receiver', (transport: TransportDriver) => transport.openReceiver(topic, receiving)],
  ['starts with one', (transport: TransportDriver) => transport.ensureTopology(subscribed)],
  ['asks how much waits', (transport: TransportDriver) => transport.inspect(topic)],
])('a topic has no receive call, and whoever %s is told before anything is called', async (_, ask) => {
  const transport = sqsTransport({ region: 'eu-central-1' });
  const error: unknown = await ask(transport).catch((failure: unknown) => failure);
  expect(error).toMatchObject({ reason: 'no-receive-call' });
  expect(String(error)).toMatch(/SNS has no receive call/u);
  expect(errorCodeOf(error)).toBe('unsupported');
  await transport.close();
});

test('the queue of a group and that of a command can be read', () => {
  requireGroup({ kind: 'event', channel: 'charged', group: 'mail' });
  expect(() => requireGroup({ kind: 'command', channel: 'charge', group: '' })).not.toThrow();
});
