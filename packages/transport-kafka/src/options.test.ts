import { expect, test } from 'vitest';
import { readOptions } from './options.ts';
import type { KafkaTransportOptions } from './options.ts';

const brokers = ['localhost:9092'];

test('every default stands', () => {
  expect(readOptions({ brokers })).toMatchObject({
    client: 'kafkajs',
    partitions: 8,
    replicas: -1,
    cleanup: 'delete',
    topology: 'apply',
    commitMs: 1000,
    groupProtocol: 'eager',
  });
  expect(readOptions({ brokers, client: 'platformatic' }).groupProtocol).toBe('cooperative');
});

test('all problems are named at once, each with its path', () => {
  const wrong: KafkaTransportOptions = {
    brokers: ['localhost', 'b:70000', '[::1]:9092'],
    clientId: '',
    namePrefix: 'a b',
    instanceId: 'pod-1',
    groupProtocol: 'consumer',
    partitions: 0,
    replicas: 0,
    retentionMs: -2,
    sessionTimeoutMs: 6000,
    heartbeatMs: 3000,
    fetchWaitMs: 5000,
    startFrom: { 'orders/mail': { timestampMs: -1 }, 'orders/books': { offsets: { 3: -5 } } },
  };
  expect(() => readOptions(wrong)).toThrow(
    /brokers\[0\].*brokers\[1\].*clientId.*namePrefix.*instanceId.*groupProtocol.*partitions.*replicas.*retentionMs.*heartbeatMs.*fetchWaitMs.*startFrom\[orders\/mail\]\.timestampMs.*startFrom\[orders\/books\]\.offsets\[3\]/u,
  );
  expect(() => readOptions(wrong)).not.toThrow(/brokers\[2\]/u);
});

test('an empty list of brokers is refused', () => {
  expect(() => readOptions({ brokers: [] })).toThrow(/brokers is empty/u);
});

test.each([
  [{ mechanism: 'kerberos' }, /sasl\.mechanism/u],
  [{ mechanism: 'plain' }, /sasl\.credentials/u],
  [{ mechanism: 'oauthbearer', token: 'sesame' }, /sasl\.token/u],
])('%j is no way to log in, and no secret is repeated', (sasl, problem) => {
  const read = () => readOptions({ brokers, sasl: sasl as unknown as NonNullable<KafkaTransportOptions['sasl']> });
  expect(read).toThrow(problem);
  expect(read).not.toThrow(/sesame/u);
});
