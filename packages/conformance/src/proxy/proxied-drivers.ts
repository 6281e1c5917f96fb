import type { TransportDriver } from '@waybill/core/driver';
import type { Faults, NetworkFault } from '../harness/harness.ts';
import { startProxy } from './start-proxy.ts';
import type { Proxy, ProxyOptions } from './start-proxy.ts';
import type { Toxic } from './toxic.ts';

export interface ProxiedDriversOptions {
  readonly proxy: ProxyOptions;
  /** Opens a driver that finds its broker on this port of 127.0.0.1. */
  readonly open: (port: number) => Promise<TransportDriver>;
  /** What does this to the network; asked for each time. */
  readonly toxicOf: (how: NetworkFault) => Toxic;
}

/** Drivers that reach their broker through a proxy of their own each, and what can be done to the network between them. */
export interface ProxiedDrivers {
  /** @param open instead of the one of the options */
  readonly connect: (open?: ProxiedDriversOptions['open']) => Promise<TransportDriver>;
  readonly faults: Required<Pick<Faults, 'cutConnections' | 'abandon' | 'breakNetwork'>>;
}

export function createProxiedDrivers(options: ProxiedDriversOptions): ProxiedDrivers {
  const proxies = new Map<TransportDriver, Proxy>();

  const proxyOf = (driver: TransportDriver): Proxy => {
    const proxy = proxies.get(driver);
    if (proxy === undefined) throw new Error('This driver is none of the harness, or it is closed.');
    return proxy;
  };

  return {
    connect: async (open = options.open) => {
      const proxy = await startProxy(options.proxy);
      const driver = await open(proxy.port);
      const close = async (): Promise<void> => {
        await driver.close();
        proxies.delete(connected);
        await proxy.close();
      };
      const connected = { ...driver, close };
      proxies.set(connected, proxy);
      return connected;
    },
    faults: {
      cutConnections: async () => {
        const counts = await Promise.all([...proxies.values()].map((proxy) => proxy.cutAll()));
        return counts.reduce((total, count) => total + count, 0);
      },
      // Its sockets end without a goodbye, as those of a killed process do, and it finds no way back.
      abandon: async (driver) => proxyOf(driver).close(),
      breakNetwork: async (driver, how) => {
        const proxy = proxyOf(driver);
        const toxic = proxy.addToxic(options.toxicOf(how));
        const heal = async (): Promise<void> => {
          toxic.remove();
          if (how === 'black-hole') await proxy.cutAll();
        };
        return { landed: () => toxic.hits, heal };
      },
    },
  };
}
