import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BrokerNotAvailable } from './broker-not-available.ts';
import type { Broker, BrokerKind, StartBrokerOptions } from './broker.ts';
import { startBroker } from './start-broker.ts';

const refusal = async (...parameters: Parameters<typeof startBroker>): Promise<BrokerNotAvailable> => {
  const error = await startBroker(...parameters).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof BrokerNotAvailable)) throw new Error('expected BrokerNotAvailable', { cause: error });
  return error;
};

const fromEnvironment = (name: string, address: string): StartBrokerOptions => ({
  environment: { [name]: address },
  startTimeoutMs: 200,
});

describe('a server named by the environment', { timeout: 120_000 }, () => {
  const own: Partial<Record<BrokerKind, Broker>> = {};

  beforeAll(async () => {
    const kinds = ['rabbitmq', 'redis', 'postgres'] as const;
    for (const kind of kinds) own[kind] = await startBroker(kind, { origins: ['native'] });
  }, 120_000);

  afterAll(() => Promise.all(Object.values(own).map((broker) => broker.stop())));

  test.each([
    ['rabbitmq', 'WAYBILL_RABBITMQ_URL'],
    ['redis', 'WAYBILL_REDIS_URL'],
    ['postgres', 'WAYBILL_POSTGRES_URL'],
  ] as const)('is taken before any other way: %s', async (kind, variable) => {
    const { address, product, version } = own[kind] as Broker;
    const named = await startBroker(kind, { environment: { [variable]: address } });
    expect(named).toMatchObject({ kind, address, product, version, startedBy: 'environment' });
  });

  test('is never broken or stopped by the launcher', async () => {
    const environment = { WAYBILL_REDIS_URL: own.redis?.address };
    const named = await startBroker('redis', { environment });
    for (const hurt of [named.kill9, named.restart, named.pause, named.resume]) {
      await expect(hurt()).rejects.toBeInstanceOf(BrokerNotAvailable);
    }
    await named.stop();
    await expect(startBroker('redis', { environment })).resolves.toBeDefined();
  });

  test('brings the management address that the environment names', async () => {
    const { address, adminAddress } = own.rabbitmq as Broker;
    const named = await startBroker('rabbitmq', {
      environment: { WAYBILL_RABBITMQ_URL: address, WAYBILL_RABBITMQ_ADMIN_URL: adminAddress },
    });
    expect(named.adminAddress).toBe(adminAddress);
  });

  test.each(['http://127.0.0.1:5672', 'amqp:', 'not an address'])(
    'must have an address of its kind: %s',
    async (address) => {
      const { reason, remedy } = await refusal('rabbitmq', fromEnvironment('WAYBILL_RABBITMQ_URL', address));
      expect(reason).toBe('WAYBILL_RABBITMQ_URL is not an address that begins with amqp://');
      expect(remedy).toBe('Correct WAYBILL_RABBITMQ_URL, or remove it.');
    },
  );

  test('that does not answer is an error, not a reason to use another one, and its password stays secret', async () => {
    const error = await refusal('redis', fromEnvironment('WAYBILL_REDIS_URL', 'redis://me:hunter2@127.0.0.1:1'));
    expect(error.reason).toBe('WAYBILL_REDIS_URL names 127.0.0.1:1, which does not answer as redis');
    expect(error.message).not.toContain('hunter2');
  });

  test.each([
    ['rabbitmq', 'WAYBILL_RABBITMQ_URL', 'amqp'],
    ['redis', 'WAYBILL_REDIS_URL', 'redis'],
    ['postgres', 'WAYBILL_POSTGRES_URL', 'postgres'],
    ['kafka', 'WAYBILL_KAFKA_URL', 'kafka'],
  ] as const)('must speak the protocol of %s', async (kind, variable, scheme) => {
    const foreign = createServer((socket) =>
      socket.on('error', () => undefined).end('AMQP\u0000\u0001\u0000\u0000'),
    ).listen(0, '127.0.0.1');
    await once(foreign, 'listening');
    const { port } = foreign.address() as AddressInfo;
    const error = await refusal(kind, fromEnvironment(variable, `${scheme}://127.0.0.1:${port}`));
    foreign.close();
    expect(error.reason).toContain(`which does not answer as ${kind}`);
  });
});

describe('what cannot be had', { timeout: 60_000 }, () => {
  test('no origin at all is refused with the remedy', async () => {
    const error = await refusal('redis', { origins: [] });
    expect(error.remedy).toBe('Allow more origins.');
  });

  test('a server that does not answer in time is ended and its log shown', async () => {
    const error = await refusal('rabbitmq', { origins: ['native'], startTimeoutMs: 1 });
    expect(error.reason).toContain('no answer within 1 ms');
  });
});
