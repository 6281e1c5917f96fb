import { expect, test } from 'vitest';
import { transportFromConfig } from './transport-from-config.ts';

const problemsOf = (config: unknown): readonly string[] => {
  try {
    transportFromConfig(config);
  } catch (error) {
    return error instanceof Error ? error.message.split('\n').slice(1) : [];
  }
  return [];
};

const region = 'eu-central-1';

test('plain data make a transport, which calls nobody until it is used', async () => {
  const transport = transportFromConfig({
    region,
    queueType: 'standard',
    fairQueueGroups: true,
    encryption: { kmsKeyId: 'alias/shop' },
    attributeHeaders: ['tenant'],
    filters: { orders: { mail: { tenant: ['acme'] } } },
    tags: { team: 'shop' },
    accountId: 12,
  });
  expect(transport.name).toBe('sqs');
  expect(transport.capabilities.order.level).toBe('unsupported');
  await transport.close();
});

test.each([
  [undefined, ['(options): must be an object with region']],
  [{}, ['region: is required, as text']],
  [{ region, pollersMax: 'many' }, ['pollersMax: must be a number']],
  [{ region, highThroughput: 'maybe' }, ['highThroughput: must be true or false']],
  [{ region, queueType: 'lifo' }, ['queueType: must be fifo or standard']],
  [{ region, encryption: 3 }, ['encryption: must be none, sqs, or an object with kmsKeyId']],
  [{ region, tags: { team: 1 } }, ['tags.team: must be text']],
  [{ region, clock: {} }, [expect.stringMatching(/^clock: is not an option; there are region, /u)]],
])('%j is refused with every problem and its path', (config, problems) => {
  expect(problemsOf(config)).toEqual(problems);
});

test('the environment says numbers, claims and lists as text', async () => {
  const transport = transportFromConfig({
    region,
    deduplicationScope: 'messageGroup',
    highThroughput: 'true',
    pollersMax: '3',
    attributeHeaders: 'tenant, shop',
  });
  expect(transport.capabilities).toMatchObject({ receive: { batchMax: 30 }, deduplication: { scope: 'key' } });
  await transport.close();
});

test('a value out of its range is refused by the same checks as in code', () => {
  expect(() => transportFromConfig({ region, pollersMax: 0 })).toThrow('pollersMax must be a whole number');
});
