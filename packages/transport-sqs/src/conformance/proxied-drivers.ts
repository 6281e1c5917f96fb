import type { Faults } from '@waybill/conformance';
import { startProxy } from '@waybill/conformance/proxy';
import type { Frame, FrameOrigin, Proxy, Toxic } from '@waybill/conformance/proxy';
import type { TransportDriver } from '@waybill/core/driver';
import { openColumn } from './columns.ts';
import type { Column } from './columns.ts';
import type { CommandGroups } from './over-topics.ts';

/** Drivers, and what can be done to the network between them and AWS. */
export interface ProxiedDrivers {
  readonly connect: () => Promise<TransportDriver>;
  readonly faults: Required<Pick<Faults, 'cutConnections' | 'abandon' | 'breakNetwork'>>;
}

/** Every driver reaches AWS through a proxy of its own. */
export function createProxiedDrivers(column: Column, address: string): ProxiedDrivers {
  const proxies = new Map<TransportDriver, Proxy>();
  const groups: CommandGroups = new Map();
  const { hostname: host, port } = new URL(address);

  const proxyOf = (driver: TransportDriver): Proxy => {
    const proxy = proxies.get(driver);
    if (proxy === undefined) throw new Error('This driver is none of the harness, or it is closed.');
    return proxy;
  };

  return {
    connect: async () => {
      const proxy = await startProxy({ target: { host, port: Number(port) }, protocol: 'http' });
      const driver = openColumn(column, { endpoint: `http://127.0.0.1:${proxy.port}` }, groups);
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
        const toxic = proxy.addToxic(toxicOf(how));
        const heal = async (): Promise<void> => {
          toxic.remove();
          if (how === 'black-hole') await proxy.cutAll();
        };
        return { landed: () => toxic.hits, heal };
      },
    },
  };
}

type Break = Parameters<NonNullable<Faults['breakNetwork']>>[1];

function toxicOf(how: Break): Toxic {
  if (how === 'reset' || how === 'black-hole') return { kind: how };
  // The broker has the messages, and nobody hears so; or it never hears that they are done with.
  return how === 'lose-confirm'
    ? { kind: 'cut', at: answerTo(/SendMessageBatch|PublishBatch/u), deliver: false, times: 1 }
    : { kind: 'cut', at: requestOf(/DeleteMessageBatch/u), deliver: false, times: 1 };
}

type FrameTest = (frame: Frame, origin: FrameOrigin) => boolean;

function requestOf(action: RegExp): FrameTest {
  return ({ kind, bytes }) => kind === 'http.request' && action.test(headOf(bytes));
}

/** A connection has one request at a time. */
function answerTo(action: RegExp): FrameTest {
  const asked = new Set<number>();
  return ({ kind, bytes }, { connection }) => {
    if (kind === 'http.request') {
      if (action.test(headOf(bytes))) asked.add(connection);
      else asked.delete(connection);
    }
    return kind === 'http.response' && asked.has(connection);
  };
}

/** SQS names its action in a header, SNS at the end of the body. */
function headOf(bytes: Buffer): string {
  return bytes.toString('latin1');
}
