import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, Harness } from '@waybill/conformance';
import type { TransportDriver } from '@waybill/core/driver';
import { systemClock } from '../../time/system-clock.ts';
import { createAdmin } from '../admin.ts';
import { columnTitles, openColumn, queueTypeOf } from '../columns.ts';
import type { Column, SuitePlace } from '../columns.ts';
import { createForeign } from '../foreign.ts';
import { fiveMinutes } from '../harness.ts';
import type { CommandGroups } from '../over-topics.ts';
import { createRawClient } from '../raw-client.ts';
import { levelsOf } from '../sqs-levels.ts';

/** Counts of SQS are told late, and each look at them costs. */
const lookMs = 1000;

/**
 * A column on Amazon's own SQS and SNS. Nothing between the driver and them can be broken from here, so that what needs it is not run. `stop`
 * closes every driver, and then there are no more; what was made stays.
 */
export function openAwsHarness(column: Column, place: SuitePlace): Harness {
  const client = createRawClient(column, place);
  const groups: CommandGroups = new Map();
  const drivers: TransportDriver[] = [];
  let isStopped = false;
  return {
    transport: 'sqs',
    product: 'Amazon SQS',
    version: new Date(systemClock.now()).toISOString().slice(0, 10),
    startedBy: 'environment',
    keptAs: `${column}-aws`,
    column: columnTitles[column],
    levels: levelsOf(column),
    deviations: queueTypeOf(column) === 'fifo' ? [fiveMinutes] : [],
    timing: { leaseMs: 5000, settleMs: 2000, patienceMs: 90_000 },
    connect: async () => {
      if (isStopped) throw new Error('The run is over.');
      const driver = openColumn(column, place, groups);
      drivers.push(driver);
      return driver;
    },
    admin: patient(createAdmin(client)),
    foreign: createForeign(column, client),
    faults: { restartBroker: undefined, cutConnections: undefined, abandon: undefined },
    absent: {
      refusePublishes: 'SQS never runs out of room',
      ...(queueTypeOf(column) === 'standard' && { lateAnswers: 'a standard queue takes a late deletion' }),
    },
    stop: async () => {
      isStopped = true;
      await Promise.all(drivers.map((driver) => driver.close()));
      client.destroy();
    },
  };
}

function patient(admin: Admin): Admin {
  return {
    ...admin,
    depth: async (subscription) => {
      await sleep(lookMs);
      return admin.depth(subscription);
    },
    inFlight: async (subscription) => {
      await sleep(lookMs);
      return admin.inFlight(subscription);
    },
  };
}
