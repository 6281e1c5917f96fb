import type { Broker } from '../brokers/index.ts';
import { boundaries } from './boundary.ts';
import { faults } from './fault.ts';
import { openLane } from './lane.ts';
import type { Lane } from './lane.ts';
import type { BrokerSite, MatrixBroker } from './matrix-broker.ts';
import { createMatrixFigures } from './matrix-figures.ts';
import type { MatrixFigures } from './matrix-figures.ts';
import { runCell } from './run-cell.ts';
import type { CellResult } from './run-cell.ts';
import { runServerCrashes } from './run-server-crashes.ts';
import type { CrashesResult, ServerCrashes } from './run-server-crashes.ts';
import type { Wrongs } from './shop-tables.ts';
import type { Cell } from './strike.ts';

export interface KillMatrixOptions {
  /** A PostgreSQL. */
  readonly database: Broker;
  readonly broker: MatrixBroker;
  readonly cells: readonly Cell[];
  /** Shared by the cells; the crashes of the servers have orders of their own. */
  readonly orders: number;
  /** Shops at once, each with a victim: most of the time is waited for leases. */
  readonly lanes: number;
  /** After the cells; only on a server that the launcher has started. */
  readonly databaseCrashes: ServerCrashes;
  /** After those; only where the broker has a mortal site. */
  readonly brokerCrashes: ServerCrashes;
  readonly onCell?: (result: CellResult) => void;
}

export interface KillMatrixReport {
  readonly cells: readonly CellResult[];
  /** Of the servers that were to be killed. */
  readonly crashes: readonly CrashesResult[];
  readonly figures: Readonly<MatrixFigures>;
  /** Rows in the tables, those of the crashes included. */
  readonly orders: number;
  readonly wrongs: Readonly<Record<string, Wrongs>>;
  readonly tookMs: number;
}

/** Every boundary with every fault. */
export const allCells: readonly Cell[] = boundaries.flatMap((boundary) => faults.map((fault) => ({ boundary, fault })));

/** Runs every cell on real processes, and judges by the tables when all of them have settled. */
export async function runKillMatrix(options: KillMatrixOptions): Promise<KillMatrixReport> {
  const { database, broker, cells, orders, lanes: laneCount, databaseCrashes, brokerCrashes, onCell } = options;
  const startedAt = performance.now();
  const figures = createMatrixFigures();
  const lanes: Lane[] = [];
  // A server of somebody else may have schemas and queues of a run before.
  const run = Date.now().toString(36);
  const open = async (name: string, site: BrokerSite = broker): Promise<Lane> => {
    const charging = lanes.length % 4 === 1 ? 'singly' : 'together';
    const lane = await openLane({ name, databaseAddress: database.address, broker: site, charging, figures });
    lanes.push(lane);
    return lane;
  };
  try {
    const waiting = cells.map((cell, at) => ({
      ...cell,
      orders: Math.ceil(orders / cells.length),
      // Somewhere in the first messages, not always at the very first; a beginning is known to be its own only when nothing else runs.
      time: isFirstOnly(cell) ? 1 : 1 + (at % 3),
    }));
    const results: CellResult[] = [];
    const work = async (number: number): Promise<void> => {
      let lane = await open(`wb_${run}_${number}`);
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const result = await runCell(lane, next);
        results.push(result);
        onCell?.(result);
        if (result.problem === undefined) continue;
        // What it has left undone is not to be taken for the fault of the next one.
        await lane.halt();
        lane = await open(`wb_${run}_${number}_${results.length}`);
      }
      // Idle shops would take from the machine what the crashes are to have.
      await lane.halt();
    };
    await Promise.all(Array.from({ length: Math.min(laneCount, cells.length) }, (_, number) => work(number)));
    const crashes: CrashesResult[] = [];
    if (databaseCrashes.kills > 0) {
      const lane = await open(`wb_${run}_database`);
      crashes.push(await runServerCrashes(lane, { cell: 'database kill -9', server: database, ...databaseCrashes }));
    }
    const { mortal } = broker;
    if (mortal !== undefined && brokerCrashes.kills > 0) {
      const lane = await open(`wb_${run}_broker`, mortal);
      crashes.push(await runServerCrashes(lane, { cell: 'broker kill -9', server: mortal.server, ...brokerCrashes }));
    }
    const tables = lanes.map((lane) => lane.tables);
    const report = {
      cells: results.toSorted((one, other) => indexOf(cells, one) - indexOf(cells, other)),
      crashes,
      figures,
      orders: (await Promise.all(tables.map((each) => each.orders()))).reduce((sum, count) => sum + count, 0),
      wrongs: Object.fromEntries((await Promise.all(tables.map((each) => each.judge()))).flatMap((all) => [...all])),
      tookMs: Math.round(performance.now() - startedAt),
    };
    await Promise.all(lanes.map(({ halt }) => halt()));
    await Promise.all(tables.map((each) => each.drop()));
    return report;
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
  }
}

const isFirstOnly = ({ boundary }: Cell): boolean => boundary === 'P1' || boundary.startsWith('Y');

const indexOf = (cells: readonly Cell[], { boundary, fault }: Cell): number =>
  cells.findIndex((cell) => cell.boundary === boundary && cell.fault === fault);
