import { expect, test } from 'vitest';
import { errorCodeOf } from '../error-code-of.ts';
import { sqsTransport } from '../sqs-transport.ts';
import { requireGroup } from './require-group.ts';

test('a topic has no receive call, and whoever asks for one is told before anything is called', async () => {
  const transport = sqsTransport({ region: 'eu-central-1' });
  const topic = { kind: 'event', channel: 'charged', group: '' } as const;
  const receiver = transport.openReceiver(topic, { leaseMs: 1000, unsettledMax: 1, onLost: () => undefined });
  const error: unknown = await receiver.catch((failure: unknown) => failure);
  expect(error).toMatchObject({ reason: 'no-receive-call' });
  expect(String(error)).toMatch(/SNS has no receive call/u);
  expect(errorCodeOf(error)).toBe('unsupported');
  await transport.close();
});

test('the queue of a group and that of a command can be read', () => {
  requireGroup({ kind: 'event', channel: 'charged', group: 'mail' });
  expect(() => requireGroup({ kind: 'command', channel: 'charge', group: '' })).not.toThrow();
});
