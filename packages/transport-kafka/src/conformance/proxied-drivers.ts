import { setTimeout as sleep } from 'node:timers/promises';
import type { Faults, NetworkFault } from '@waybill/conformance';
import { createProxiedDrivers } from '@waybill/conformance/proxy';
import type { Frame, Toxic } from '@waybill/conformance/proxy';
import type { TransportDriver } from '@waybill/core/driver';
import type { HandedOut } from './handed-out.ts';
import { isCommitOfMember } from './is-commit-of-member.ts';
import { openDriver, sessionTimeoutMs } from './open-driver.ts';

export interface ProxiedKafkaDriversOptions {
  readonly address: string;
  readonly client: 'kafkajs' | 'platformatic';
  readonly handedOut: HandedOut;
}

/** Drivers, and what can be done to the network between them and the broker. */
export interface ProxiedKafkaDrivers {
  readonly connect: () => Promise<TransportDriver>;
  readonly faults: Required<Pick<Faults, 'cutConnections' | 'endHolds' | 'abandon' | 'breakNetwork'>>;
}

/** Every driver reaches the broker through a proxy of its own, which puts itself in the place of the broker in what that says of itself. */
export function createProxiedKafkaDrivers(options: ProxiedKafkaDriversOptions): ProxiedKafkaDrivers {
  const { hostname, port } = new URL(options.address);
  const open = new Set<TransportDriver>();
  const { connect, faults } = createProxiedDrivers({
    proxy: { target: { host: hostname, port: Number(port) }, protocol: 'kafka' },
    open: async (doorPort) => {
      const address = through(options.address, doorPort);
      return options.handedOut.watch(await openDriver({ address, client: options.client }));
    },
    toxicOf: (how) => toxics[how],
  });
  return {
    connect: async () => {
      const connected = await connect();
      const end = connected.close;
      const close = async (): Promise<void> => {
        open.delete(connected);
        await end();
      };
      open.add(connected);
      return Object.assign(connected, { close });
    },
    faults: {
      ...faults,
      // A connection is made again before the broker misses its member.
      endHolds: async () => {
        const broken = await Promise.all([...open].map((driver) => faults.breakNetwork(driver, 'reset')));
        await sleep(sessionTimeoutMs * 1.5);
        await Promise.all(broken.map((network) => network.heal()));
      },
    },
  };
}

const toxics: Readonly<Record<NetworkFault, Toxic>> = {
  reset: { kind: 'reset' },
  'black-hole': { kind: 'black-hole' },
  'lose-confirm': { kind: 'cut', at: 'kafka.produceResponse', deliver: false, times: 1 },
  'lose-accept': { kind: 'cut', at: (frame: Frame) => isCommitOfMember(frame), deliver: false, times: 1 },
};

function through(address: string, port: number): string {
  const url = new URL(address);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return url.href;
}
