import type { Faults, NetworkFault } from '@waybill/conformance';
import { createProxiedDrivers } from '@waybill/conformance/proxy';
import type { ProxyTarget, Toxic } from '@waybill/conformance/proxy';
import type { TransportDriver } from '@waybill/core/driver';
import { openDriver } from './open-driver.ts';

/** Drivers, and what can be done to the network between them and the broker. */
export interface ProxiedRabbitDrivers {
  readonly connect: () => Promise<TransportDriver>;
  readonly faults: Required<Pick<Faults, 'cutConnections' | 'abandon' | 'breakNetwork' | 'connectAsStranger'>>;
}

/** Every driver reaches the broker through a proxy of its own. */
export function createProxiedRabbitDrivers(address: string): ProxiedRabbitDrivers {
  const openAt = (url: string) => (port: number) => openDriver({ address: through(url, port) });
  const { connect, faults } = createProxiedDrivers({
    proxy: { target: targetOf(address), protocol: 'amqp' },
    open: openAt(address),
    toxicOf: (how) => toxics[how],
  });
  return {
    connect: () => connect(),
    faults: { ...faults, connectAsStranger: () => connect(openAt(withPassword(address, 'wrong'))) },
  };
}

const toxics: Readonly<Record<NetworkFault, Toxic>> = {
  reset: { kind: 'reset' },
  'black-hole': { kind: 'black-hole' },
  'lose-confirm': { kind: 'cut', at: 'amqp.confirm', deliver: false, times: 1 },
  'lose-accept': { kind: 'cut', at: 'amqp.ack', deliver: false, times: 1 },
};

function targetOf(address: string): ProxyTarget {
  const { hostname, port } = new URL(address);
  return { host: hostname, port: Number(port === '' ? 5672 : port) };
}

function through(address: string, port: number): string {
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
