import type { Harness, OpenHarness } from '@waybill/conformance';
import type { TransportDriver } from '@waybill/core/driver';
import { createMemoryBroker } from '../broker/memory-broker.ts';
import type { MemoryBroker } from '../broker/memory-broker.ts';
import { memoryTransport } from '../memory-transport.ts';
import type { MemoryTransport } from '../memory-transport.ts';
import { createForeign } from './foreign.ts';
import { memoryLevels } from './memory-levels.ts';

/** One broker of the profile `plain` for all cases; every connection is a transport of its own on it. */
export const openHarness: OpenHarness = async () => createHarness(createMemoryBroker());

/** The same for a broker of any profile, whose levels may be others. */
export function createHarness(broker: MemoryBroker): Harness {
  const transports = new WeakMap<TransportDriver, MemoryTransport>();
  // #region harness
  const harness: Harness = {
    transport: 'memory',
    product: 'in-process broker, profile plain',
    version: process.version,
    startedBy: 'in-process',
    levels: memoryLevels,
    timing: { leaseMs: 1000, settleMs: 60, patienceMs: 5000 },
    connect: async () => {
      const transport = memoryTransport({ broker });
      transports.set(transport, transport);
      return transport;
    },
    // The broker's own figures, not the driver's answer.
    admin: {
      depth: async (address) => broker.channelOf(address).inspect(address.group).ready ?? 0,
      inFlight: async (address) => broker.channelOf(address).inspect(address.group).inFlight ?? 0,
      deleteQueue: undefined,
      purge: async (address) => broker.purge(address),
      cleanUp: undefined,
    },
    foreign: createForeign(broker),
    faults: {
      restartBroker: undefined,
      cutConnections: undefined,
      abandon: async (driver) => transports.get(driver)?.abandon(),
    },
    absent: {
      restartBroker: 'the broker is in this process: it ends with all who use it',
      cutConnections: 'there is no connection',
      breakNetwork: 'there is no network',
      connectAsStranger: 'there are no users',
      refusePublishes: 'the broker never runs out of room',
      deleteQueue: 'a queue is never deleted',
    },
    child: { module: new URL('open-driver.ts', import.meta.url).href, settings: {}, sharesBroker: false },
    stop: async () => undefined,
  };
  // #endregion
  return harness;
}
