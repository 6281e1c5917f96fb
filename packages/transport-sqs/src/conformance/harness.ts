import type { Harness } from '@waybill/conformance';
import { startBroker } from '@waybill/conformance/brokers';
import { createAdmin } from './admin.ts';
import type { Column } from './columns.ts';
import { deviationsOf } from './emulators/deviations-of.ts';
import { fauxqs } from './emulators/measured/fauxqs.ts';
import { createForeign } from './foreign.ts';
import { createProxiedDrivers } from './proxied-drivers.ts';
import { createRawClient } from './raw-client.ts';
import { levelsOf } from './sqs-levels.ts';

/** One emulator for all cases. */
export async function openColumnHarness(column: Column): Promise<Harness> {
  const broker = await startBroker('fauxqs');
  const client = createRawClient(column, broker.address);
  const drivers = createProxiedDrivers(column, broker.address);
  return {
    transport: 'sqs',
    product: broker.product,
    version: broker.version,
    startedBy: broker.startedBy,
    keptAs: column,
    levels: levelsOf(column),
    deviations: deviationsOf(fauxqs, column),
    timing: { leaseMs: 3000, settleMs: 200, patienceMs: 30_000 },
    connect: drivers.connect,
    admin: createAdmin(client),
    foreign: createForeign(column, client),
    faults: { ...drivers.faults, restartBroker: undefined },
    absent: {
      restartBroker: 'fauxqs keeps everything in memory',
      connectAsStranger: 'fauxqs takes any credentials',
      refusePublishes: 'SQS never runs out of room',
      lateAnswers: 'fauxqs takes every deletion, also with a receipt that was never given',
    },
    child: {
      module: new URL('open-driver.ts', import.meta.url).href,
      settings: { column, address: broker.address },
      sharesBroker: true,
    },
    stop: async () => {
      client.destroy();
      await broker.stop();
    },
  };
}

/** That of the product's own name. */
export const openHarness = (): Promise<Harness> => openColumnHarness('sqs-fifo');
