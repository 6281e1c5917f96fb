import type { Harness, OpenHarness } from '@waybill/conformance';
import { startBroker } from '@waybill/conformance/brokers';
import type { Broker } from '@waybill/conformance/brokers';
import { createAdmin } from './admin.ts';
import { createForeign } from './foreign.ts';
import { createProxiedRabbitDrivers } from './proxied-drivers.ts';
import { rabbitLevels } from './rabbit-levels.ts';
import { createRawClient } from './raw-client.ts';

/** One RabbitMQ for all cases. */
export const openHarness: OpenHarness = async () => {
  const broker = await startBroker('rabbitmq');
  const client = createRawClient(broker.address);
  const drivers = createProxiedRabbitDrivers(broker.address);
  const harness: Harness = {
    transport: 'rabbit',
    product: broker.product,
    version: broker.version,
    startedBy: broker.startedBy,
    keptAs: keptAsOf(broker.version),
    levels: rabbitLevels,
    // A broker of somebody else tells what is in flight every five seconds.
    timing: { leaseMs: 500, settleMs: broker.startedBy === 'environment' ? 6000 : 400, patienceMs: 15_000 },
    connect: drivers.connect,
    admin: createAdmin(broker, client),
    foreign: createForeign(client),
    faults: { ...drivers.faults, ...brokerFaults(broker) },
    child: {
      module: new URL('open-driver.ts', import.meta.url).href,
      settings: { address: broker.address, heartbeatSeconds: '2' },
      sharesBroker: true,
    },
    stop: async () => {
      await client.close();
      await broker.stop();
    },
  };
  return harness;
};

/** Every major version from 4 on has a matrix of its own beside that of 3. */
function keptAsOf(version: string): string {
  const [major] = version.split('.');
  return major === '3' ? 'rabbit' : `rabbit-${major}`;
}

/** What only he may do to a broker who started it; its memory alarm needs the tools beside it. */
function brokerFaults(broker: Broker): Pick<Harness['faults'], 'restartBroker' | 'refusePublishes'> {
  if (broker.startedBy === 'environment') return { restartBroker: undefined };
  const restartBroker = async (): Promise<void> => {
    await broker.kill9();
    await broker.restart();
  };
  const { control } = broker;
  if (control === undefined) return { restartBroker };
  return {
    restartBroker,
    refusePublishes: async () => {
      await control('set_vm_memory_high_watermark', 'absolute', '1');
      return async () => {
        await control('set_vm_memory_high_watermark', 'absolute', '1GB');
      };
    },
  };
}
