import type { Harness, OpenHarness } from '@waybill/conformance';
import { startBroker } from '@waybill/conformance/brokers';
import { createAdmin } from './admin.ts';
import { createForeign } from './foreign.ts';
import { createHandedOut } from './handed-out.ts';
import { kafkaLevels } from './kafka-levels.ts';
import { createProxiedKafkaDrivers } from './proxied-drivers.ts';
import { createRawClient } from './raw-client.ts';

/** One Kafka for all cases; `WAYBILL_KAFKA_CLIENT` names the client that the drivers speak through. */
export const openHarness: OpenHarness = async () => {
  const broker = await startBroker('kafka');
  const client = process.env['WAYBILL_KAFKA_CLIENT'] === 'platformatic' ? 'platformatic' : 'kafkajs';
  const raw = createRawClient(broker.address);
  const handedOut = createHandedOut();
  const drivers = createProxiedKafkaDrivers({ address: broker.address, client, handedOut });
  const harness: Harness = {
    transport: 'kafka',
    product: broker.product,
    version: broker.version,
    startedBy: broker.startedBy,
    ...(client === 'kafkajs' ? {} : { keptAs: 'kafka-platformatic', column: 'Kafka (platformatic)' }),
    levels: kafkaLevels,
    timing: { leaseMs: 2000, settleMs: 800, patienceMs: 30_000 },
    connect: drivers.connect,
    admin: createAdmin(raw, handedOut),
    foreign: createForeign(raw),
    faults: { ...drivers.faults, ...(broker.startedBy === 'environment' ? notOurs : brokerFaults(broker)) },
    child: {
      module: new URL('open-driver.ts', import.meta.url).href,
      settings: { address: broker.address, client },
      sharesBroker: true,
    },
    stop: () => broker.stop(),
  };
  return harness;
};

const notOurs: Pick<Harness['faults'], 'restartBroker'> = { restartBroker: undefined };

function brokerFaults(broker: Awaited<ReturnType<typeof startBroker>>): Pick<Harness['faults'], 'restartBroker'> {
  return {
    restartBroker: async () => {
      await broker.kill9();
      await broker.restart();
    },
  };
}
