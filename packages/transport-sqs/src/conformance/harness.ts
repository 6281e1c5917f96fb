import type { Deviation, Harness } from '@waybill/conformance';
import { startBroker } from '@waybill/conformance/brokers';
import type { Broker } from '@waybill/conformance/brokers';
import { createAdmin } from './admin.ts';
import { columnTitles, emulatorPlace, queueTypeOf } from './columns.ts';
import type { Column } from './columns.ts';
import { absencesOf } from './emulators/absences-of.ts';
import { chosenEmulator } from './emulators/chosen-emulator.ts';
import { deviationsOf } from './emulators/deviations-of.ts';
import type { Emulator, Pace } from './emulators/emulator.ts';
import { sqsGuide } from './emulators/point.ts';
import { createForeign } from './foreign.ts';
import { createProxiedSqsDrivers } from './proxied-drivers.ts';
import { createRawClient } from './raw-client.ts';
import { levelsOf } from './sqs-levels.ts';

/** One emulator for all cases; default the one that the environment chooses. */
export async function openColumnHarness(
  column: Column,
  emulator: Emulator = chosenEmulator(process.env),
): Promise<Harness> {
  if (!emulator.columns.includes(column)) throw new Error(`${emulator.kind} has no ${columnTitles[column]}.`);
  const broker = await startBroker(emulator.kind, { configuration: emulator.configuration ?? {} });
  checkVersion(emulator, broker);
  const { leaseMs, requestTimeoutMs } = { ...quick, ...emulator.pace };
  const place = emulatorPlace(broker.address, requestTimeoutMs);
  const client = createRawClient(column, place);
  const drivers = createProxiedSqsDrivers(column, place);
  const absent = absencesOf(emulator, column);
  const crash = async (): Promise<void> => {
    await broker.kill9();
    await broker.restart();
  };
  return {
    transport: 'sqs',
    product: broker.product,
    version: broker.version,
    startedBy: broker.startedBy,
    keptAs: `${column}-${emulator.kind}`,
    column: columnTitles[column],
    levels: levelsOf(column),
    deviations: [...deviationsOf(emulator, column), ...(queueTypeOf(column) === 'fifo' ? [fiveMinutes] : [])],
    timing: { leaseMs, settleMs: 200, patienceMs: 30_000 },
    connect: () => drivers.connect(),
    admin: createAdmin(client),
    foreign: createForeign(column, client),
    faults: { ...drivers.faults, restartBroker: absent.restartBroker === undefined ? crash : undefined },
    absent,
    child: {
      module: new URL('open-driver.ts', import.meta.url).href,
      settings: { column, address: broker.address, requestTimeoutMs: String(requestTimeoutMs) },
      sharesBroker: true,
    },
    stop: async () => {
      client.destroy();
      await broker.stop();
    },
  };
}

const quick: Pace = { leaseMs: 3000, requestTimeoutMs: 4000 };

/** The end of SQS's window, which no case can wait for. Every emulator was asked at 290 s and at 310 s, and answered as SQS. */
export const fiveMinutes: Deviation = {
  id: 'DUP-2',
  effect: 'proves-nothing',
  reason: 'no case waits five minutes; the plain SDK did, and is asked again with WAYBILL_SLOW_POINTS=1',
  link: sqsGuide('using-messagededuplicationid-property'),
  expires: '2027-05-31',
};

/** What was measured on one version says nothing of another; an emulator of somebody else may keep its version to itself. */
function checkVersion({ kind, version }: Emulator, broker: Broker): void {
  if (broker.version === version || broker.version === 'unknown') return;
  throw new Error(`What ${kind} does otherwise was measured on ${version}, and this is ${broker.version}: measure it.`);
}

/** That of the product's own name. */
export const openHarness = (): Promise<Harness> => openColumnHarness('sqs-fifo');
