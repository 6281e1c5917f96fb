import type { Harness, OpenHarness } from '@waybill/conformance';
import { startBroker } from '@waybill/conformance/brokers';
import type { Broker } from '@waybill/conformance/brokers';
import type { TransportDriver } from '@waybill/core/driver';
import { createAdmin } from './admin.ts';
import { createForeign } from './foreign.ts';
import { createHandedOut } from './handed-out.ts';
import { kafkaLevels } from './kafka-levels.ts';
import { openDriver } from './open-driver.ts';
import { createProxiedKafkaDrivers } from './proxied-drivers.ts';
import { createRawClient } from './raw-client.ts';

/** One Kafka for all cases; `WAYBILL_KAFKA_CLIENT` names the client that the drivers speak through. */
export const openHarness: OpenHarness = async () => {
  const broker = await startBroker('kafka', { users });
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
    faults: { ...drivers.faults, connectAsStranger: () => asStranger(broker, client), ...brokerFaults(broker) },
    // Finished work is committed every 50 ms; of a thousand keys in flight much is finished above an unfinished one when a consumer leaves.
    repeatsMax: 300,
    child: {
      module: new URL('open-driver.ts', import.meta.url).href,
      settings: { address: broker.address, client },
      sharesBroker: true,
    },
    stop: () => broker.stop(),
  };
  return harness;
};

/** Nobody else may log in. */
const users = { suite: 'suite' };

function asStranger({ sasl }: Broker, client: 'kafkajs' | 'platformatic'): Promise<TransportDriver> {
  const { host } = new URL(sasl?.address ?? '');
  return openDriver({ address: `kafka://suite:wrong@${host}`, client });
}

/** What only he may do to a broker who started it. */
function brokerFaults(broker: Broker): Pick<Harness['faults'], 'restartBroker' | 'refusePublishes'> {
  const { startedBy, control } = broker;
  if (startedBy === 'environment') return { restartBroker: undefined };
  const restartBroker = async (): Promise<void> => {
    await broker.kill9();
    await broker.restart();
  };
  if (control === undefined) return { restartBroker };
  const everyBroker = ['--alter', '--entity-type', 'brokers', '--entity-default'] as const;
  return {
    restartBroker,
    // More copies in sync than there are brokers: nothing can be confirmed.
    refusePublishes: async () => {
      await control(...everyBroker, '--add-config', 'min.insync.replicas=2');
      return async () => {
        await control(...everyBroker, '--add-config', 'min.insync.replicas=1');
      };
    },
  };
}
