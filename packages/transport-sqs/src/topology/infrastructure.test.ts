import type { Topology } from '@waybill/core/driver';
import { expect, test } from 'vitest';
import { cloudFormationTemplate } from './cloud-formation-template.ts';
import { iamPolicy } from './iam-policy.ts';

const files = new Map<string, string>();
const writeFile = async (name: string, text: string): Promise<void> => void files.set(name, text);

test('the program of the documentation writes a template and two policies', async () => {
  // #region program
  const options = { region: 'eu-central-1', accountId: '123456789012', topology: 'verify' } as const;
  const topology: Topology = {
    channels: [
      { kind: 'command', channel: 'charge-order' },
      { kind: 'event', channel: 'order-charged' },
    ],
    subscriptions: [
      { kind: 'command', channel: 'charge-order', group: 'handler', leaseMs: 30_000 },
      { kind: 'event', channel: 'order-charged', group: 'mail', leaseMs: 60_000 },
    ],
  };
  const write = (name: string, document: object) => writeFile(name, JSON.stringify(document, null, 2));
  await write('queues.json', cloudFormationTemplate(options, topology));
  await write('producer.json', iamPolicy('producer', options, topology));
  await write('consumer.json', iamPolicy('consumer', options, topology));
  // #endregion
  expect([...files.keys()]).toEqual(['queues.json', 'producer.json', 'consumer.json']);
  expect(files.get('queues.json')).toContain('"TopicName": "waybill-order-charged.fifo"');
  expect(files.get('producer.json')).toContain('"arn:aws:sns:eu-central-1:123456789012:waybill-order-charged.fifo"');
  expect(files.get('consumer.json')).toContain('"sqs:ReceiveMessage"');
});
