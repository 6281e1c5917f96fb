import type { Harness, OpenHarness } from '@waybill/conformance';
import { startBroker } from '@waybill/conformance/brokers';
import type { Broker } from '@waybill/conformance/brokers';
import { startProxy } from '@waybill/conformance/proxy';
import type { Proxy } from '@waybill/conformance/proxy';
import type { TransportDriver } from '@waybill/core/driver';
import { rabbitTransport } from '../rabbit-transport.ts';
import { createAdmin } from './admin.ts';
import { createForeign } from './foreign.ts';
import { haste } from './haste.ts';
import { breakConnections } from './network-faults.ts';
import { rabbitLevels } from './rabbit-levels.ts';
import { createRawClient } from './raw-client.ts';
import { conformanceTopology } from './topology.ts';

/** One RabbitMQ for all cases. Every connection of a driver goes through a proxy of its own, so that it can be cut from outside. */
export const openHarness: OpenHarness = async () => {
  const broker = await startBroker('rabbitmq');
  const client = createRawClient(broker.address);
  const proxies = new Map<TransportDriver, Proxy>();
  const harness: Harness = {
    transport: 'rabbit',
    product: broker.product,
    version: broker.version,
    startedBy: broker.startedBy,
    levels: rabbitLevels,
    timing: { leaseMs: 500, settleMs: 300, patienceMs: 10_000 },
    connect: async () => {
      const proxy = await startProxy({ target: targetOf(broker), protocol: 'amqp' });
      const driver = rabbitTransport({ ...conformanceTopology, urls: [throughProxy(broker, proxy)], ...haste });
      const close = async (): Promise<void> => {
        await driver.close();
        proxies.delete(connected);
        await proxy.close();
      };
      const connected = { ...driver, close };
      proxies.set(connected, proxy);
      return connected;
    },
    admin: createAdmin(broker, client),
    foreign: createForeign(client),
    faults: {
      restartBroker:
        broker.startedBy === 'environment'
          ? undefined
          : async () => {
              await broker.kill9();
              await broker.restart();
            },
      cutConnections: async () => {
        const counts = await Promise.all([...proxies.values()].map((proxy) => proxy.cutAll()));
        return counts.reduce((sum, count) => sum + count, 0);
      },
      // Its sockets end without a goodbye, as those of a killed process do, and it finds no way back.
      abandon: async (driver) => proxies.get(driver)?.close(),
      breakNetwork: async (driver, how) => {
        const proxy = proxies.get(driver);
        if (proxy === undefined) throw new TypeError('This driver is not of this harness.');
        return breakConnections(proxy, how);
      },
      connectAsStranger: async () => {
        const url = new URL(broker.address);
        url.password = 'not-the-password';
        return rabbitTransport({ ...conformanceTopology, ...haste, urls: [url.href] });
      },
    },
    child: {
      module: new URL('open-driver.ts', import.meta.url).href,
      settings: { url: broker.address },
      sharesBroker: true,
    },
    stop: async () => {
      await client.close();
      await broker.stop();
    },
  };
  return harness;
};

function targetOf({ address }: Broker): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(address);
  return { host: hostname, port: Number(port === '' ? 5672 : port) };
}

function throughProxy({ address }: Broker, proxy: Proxy): string {
  const url = new URL(address);
  url.hostname = '127.0.0.1';
  url.port = String(proxy.port);
  return url.href;
}
