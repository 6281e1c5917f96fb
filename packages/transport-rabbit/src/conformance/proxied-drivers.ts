import type { Faults } from '@waybill/conformance';
import { startProxy } from '@waybill/conformance/proxy';
import type { Proxy, Toxic } from '@waybill/conformance/proxy';
import type { TransportDriver } from '@waybill/core/driver';
import { openDriver } from './open-driver.ts';

/** Drivers, and what can be done to the network between them and the broker. */
export interface ProxiedDrivers {
  readonly connect: () => Promise<TransportDriver>;
  readonly faults: Required<Pick<Faults, 'cutConnections' | 'abandon' | 'breakNetwork' | 'connectAsStranger'>>;
}

/** Every driver reaches the broker through a proxy of its own. */
export function createProxiedDrivers(address: string): ProxiedDrivers {
  const proxies = new Map<TransportDriver, Proxy>();

  const connectTo = async (url: string): Promise<TransportDriver> => {
    const proxy = await startProxy({ target: targetOf(url), protocol: 'amqp' });
    const driver = await openDriver({ address: through(url, proxy) });
    const close = async (): Promise<void> => {
      await driver.close();
      proxies.delete(connected);
      await proxy.close();
    };
    const connected = { ...driver, close };
    proxies.set(connected, proxy);
    return connected;
  };

  const proxyOf = (driver: TransportDriver): Proxy => {
    const proxy = proxies.get(driver);
    if (proxy === undefined) throw new Error('This driver is none of the harness, or it is closed.');
    return proxy;
  };

  return {
    connect: () => connectTo(address),
    faults: {
      cutConnections: async () => {
        const counts = await Promise.all([...proxies.values()].map((proxy) => proxy.cutAll()));
        return counts.reduce((total, count) => total + count, 0);
      },
      // Its sockets end without a goodbye, as those of a killed process do, and it finds no way back.
      abandon: async (driver) => proxyOf(driver).close(),
      breakNetwork: async (driver, how) => {
        const proxy = proxyOf(driver);
        const toxic = proxy.addToxic(toxics[how]);
        const heal = async (): Promise<void> => {
          toxic.remove();
          if (how === 'black-hole') await proxy.cutAll();
        };
        return { landed: () => toxic.hits, heal };
      },
      connectAsStranger: () => connectTo(withPassword(address, 'wrong')),
    },
  };
}

const toxics = {
  reset: { kind: 'reset' },
  'black-hole': { kind: 'black-hole' },
  'lose-confirm': { kind: 'cut', at: 'amqp.confirm', deliver: false, times: 1 },
  'lose-accept': { kind: 'cut', at: 'amqp.ack', deliver: false, times: 1 },
} as const satisfies Readonly<Record<string, Toxic>>;

function targetOf(address: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(address);
  return { host: hostname, port: Number(port === '' ? 5672 : port) };
}

function through(address: string, { port }: Proxy): string {
  const url = new URL(address);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return url.href;
}

function withPassword(address: string, password: string): string {
  const url = new URL(address);
  url.password = password;
  return url.href;
}
