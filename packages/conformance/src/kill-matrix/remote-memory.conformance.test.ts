import type { TransportDriver } from '@waybill/core/driver';
import { createMemoryBroker, memoryTransport } from '@waybill/transport-memory';
import { expect, onTestFinished, test } from 'vitest';
import type { Harness, NetworkFault } from '../harness/harness.ts';
import { declareLevel } from '../harness/property-level.ts';
import { properties } from '../properties/properties.ts';
import type { PropertyId } from '../properties/properties.ts';
import { createProxiedDrivers } from '../proxy/proxied-drivers.ts';
import type { Toxic } from '../proxy/toxic.ts';
import { runSuite } from '../runner/run-suite.ts';
import { transportSuite } from '../transport-suite.ts';
import { startMemoryBrokerHost } from './memory-broker-host.ts';
import { remoteMemoryTransport } from './remote-memory-transport.ts';

const toxics: Readonly<Record<NetworkFault, Toxic>> = {
  reset: { kind: 'reset' },
  'black-hole': { kind: 'black-hole' },
  'lose-confirm': { kind: 'cut', at: 'memory.sent', deliver: false, times: 1 },
  'lose-accept': { kind: 'cut', at: 'memory.settle', deliver: false, times: 1 },
};

/** A memory broker behind a network that breaks, with consumers in processes that are killed and frozen. */
async function openHarness(): Promise<Harness> {
  const broker = createMemoryBroker();
  const connectInside = async (): Promise<TransportDriver> => memoryTransport({ broker });
  let host = await startMemoryBrokerHost({ connect: connectInside });
  const { port } = host;
  const { connect, faults } = createProxiedDrivers({
    proxy: { target: { host: '127.0.0.1', port }, protocol: 'memory' },
    open: (proxyPort) => remoteMemoryTransport({ port: proxyPort, answerMsMax: 4000, heartbeatMs: 500 }),
    toxicOf: (how) => toxics[how],
  });

  return {
    transport: 'remote-memory',
    product: 'memory broker behind a socket',
    version: process.version,
    startedBy: 'in-process',
    levels: {
      ...declareLevel('native', 'the broker or the bus does it', Object.keys(properties) as PropertyId[]),
      ...declareLevel('unsupported', 'the contract has no such request', notAsked),
    },
    timing: { leaseMs: 3000, settleMs: 100, patienceMs: 20_000 },
    connect: () => connect(),
    admin: {
      depth: async (address) => broker.channelOf(address).inspect(address.group).ready ?? 0,
      inFlight: async (address) => broker.channelOf(address).inspect(address.group).inFlight ?? 0,
      deleteQueue: undefined,
      purge: async (address) => broker.purge(address),
      cleanUp: undefined,
    },
    foreign: undefined,
    faults: {
      restartBroker: async () => {
        await host.close();
        host = await startMemoryBrokerHost({ connect: connectInside, port });
      },
      ...faults,
    },
    absent: {
      connectAsStranger: 'there are no users',
      refusePublishes: 'the broker never runs out of room',
      deleteQueue: 'a queue is never deleted',
      foreign: 'its own programs speak to it, and the suite of the memory transport has them',
    },
    child: {
      module: new URL('open-remote-memory.ts', import.meta.url).href,
      settings: { port: String(port) },
      sharesBroker: true,
    },
    stop: () => host.close(),
  };
}

const notAsked = ['DEL-6', 'DEL-16', 'DEL-17', 'DEL-23', 'PAY-9', 'DUP-2'] as const;

/** Where a connection or a process makes a difference; the rest is the broker's, and proven where that is at home. */
const overTheWire = ['ACK-*', 'ORD-*', 'LIF-*', 'FLT-*'];

test('what a connection can break holds over this one', { timeout: 300_000 }, async () => {
  const harness = await openHarness();
  onTestFinished(() => harness.stop());
  // Broker, proxies and consumers share this process: too many cases at once, and leases end while it is busy.
  const { results } = await runSuite({ suite: transportSuite, harness, only: overTheWire, sideBySide: 2 });
  expect(results.length).toBeGreaterThan(50);
  const failed = results.filter(({ verdict }) => verdict === 'fail');
  expect(failed.map(({ id, reason }) => `${id}: ${reason}`)).toEqual([]);
  const notRun = results.filter(({ verdict }) => verdict === 'not-run');
  expect(notRun.map(({ id }) => id)).toEqual(['FLT-2', 'FLT-13']);
});
