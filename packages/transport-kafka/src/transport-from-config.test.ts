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

const brokers = ['localhost:9092'];

test('plain data make a transport, which connects to nobody until it is used', () => {
  const sasl = { mechanism: 'plain', credentials: { username: 'shop', password: 'sesame' } };
  expect(transportFromConfig({ brokers, partitions: 4, tls: {}, sasl }).name).toBe('kafka');
});

test.each([
  [undefined, ['(options): must be an object with brokers']],
  [{}, ['brokers: is required, as a list of host:port']],
  [{ brokers: 1 }, ['brokers: is required, as a list of host:port']],
  [{ brokers, partitions: 'eight' }, ['partitions: must be a number']],
  [{ brokers, client: 'librdkafka' }, ['client: must be kafkajs or platformatic']],
  [
    { brokers, sasl: { mechanism: 'plain', credentials: {} } },
    ['sasl.credentials.username: must be text', 'sasl.credentials.password: must be text'],
  ],
  [
    { brokers, startFrom: { 'orders/mail': 'yesterday' } },
    ['startFrom.orders/mail: must be earliest, latest, or an object with timestampMs or offsets'],
  ],
  [{ brokers, clock: {} }, [expect.stringMatching(/^clock: is not an option; there are brokers, /u)]],
])('%j is refused with every problem and its path', (config, problems) => {
  expect(problemsOf(config)).toEqual(problems);
});

test('the environment says numbers and lists as text', () => {
  const transport = transportFromConfig({ brokers: 'one:9092, two:9092', replicas: '-1', messageBytesMax: '4096' });
  expect(transport.capabilities).toMatchObject({ message: { bytesMax: 4096 } });
});

test('a value out of its range is refused by the same checks as in code', () => {
  expect(() => transportFromConfig({ brokers, partitions: 0 })).toThrow('partitions must be a whole number');
});
