import { afterAll, describe, expect, test } from 'vitest';
import type { Broker } from '../broker.ts';
import { findBroker } from '../find-broker.ts';
import { probeKind } from '../probe/probe-kind.ts';
import { startBroker } from '../start-broker.ts';
import { brokerFootprint } from './broker-footprint.ts';
import { processRow } from './process-identity.ts';

const subject = 'two versions of RabbitMQ side by side';
const older = await findBroker('rabbitmq', subject, { origins: ['native'], version: '3' });
const newer = await findBroker('rabbitmq', subject, { origins: ['native'], version: '4' });

afterAll(() => Promise.all([older?.stop(), newer?.stop()]));

describe.runIf(older && newer)('a version that is asked for', { timeout: 60_000 }, () => {
  const [three, four] = [older as Broker, newer as Broker];

  test('is the one that runs, beside another', async () => {
    expect(three.version).toMatch(/^3\./);
    expect(four.version).toMatch(/^4\./);
    expect(await probeKind('rabbitmq', new URL(four.address))).toEqual({
      product: 'RabbitMQ',
      version: four.version,
    });
  });

  test('survives pause, kill and restart although it runs in a root of its own', async () => {
    await four.pause();
    await expect(probeKind('rabbitmq', new URL(four.address))).rejects.toThrow(/does not answer/);
    await four.resume();
    await four.kill9();
    await four.restart();
    await expect(probeKind('rabbitmq', new URL(four.address))).resolves.toMatchObject({ version: four.version });
  });

  test('has its own command line', async () => {
    await expect(four.control?.('status')).resolves.toContain(`RabbitMQ version: ${four.version}`);
    await expect(four.control?.('no_such_command')).rejects.toThrow(/no_such_command/);
  });

  test('is compared with that of a server from the environment', async () => {
    const environment = { WAYBILL_RABBITMQ_URL: three.address };
    await expect(startBroker('rabbitmq', { environment, version: '3' })).resolves.toHaveProperty(
      'version',
      three.version,
    );
    const refused = startBroker('rabbitmq', { environment, version: '4' });
    await expect(refused).rejects.toThrow(`names version ${three.version}, and 4 is asked for`);
  });

  test('may be chosen by the environment, where the test leaves it open', async () => {
    const environment = { WAYBILL_RABBITMQ_URL: three.address, WAYBILL_RABBITMQ_VERSION: '4' };
    await expect(startBroker('rabbitmq', { environment })).rejects.toThrow('and 4 is asked for');
    await expect(startBroker('rabbitmq', { environment, version: 'any' })).resolves.toBeDefined();
  });

  test('leaves nothing when it is stopped', async () => {
    const { processes } = brokerFootprint(process.pid);
    await four.stop();
    await three.stop();
    expect(processes.length).toBeGreaterThan(2);
    expect(processes.filter((pid) => processRow(pid) !== undefined)).toEqual([]);
  });
});

test('a version that nobody knows is refused by name', async () => {
  const refused = startBroker('rabbitmq', { environment: { WAYBILL_RABBITMQ_VERSION: '5' } });
  await expect(refused).rejects.toThrow('WAYBILL_RABBITMQ_VERSION is none of any, 3, 4');
});

test('versions of other kinds cannot be chosen', async () => {
  await expect(startBroker('redis', { version: '4' })).rejects.toThrow('versions of rabbitmq only');
});
