import { writeFile } from 'node:fs/promises';
import { startBroker } from '../brokers/index.ts';
import type { KillMatrixCommand } from '../command/load-kill-matrix.ts';
import { UsageError } from '../command/usage-error.ts';
import { formatKillMatrix } from './format-kill-matrix.ts';
import { problemsOf } from './judge-matrix.ts';
import { matrixTransports } from './matrix-broker.ts';
import type { MatrixTransport } from './matrix-broker.ts';
import { nameOf } from './run-cell.ts';
import type { CellResult } from './run-cell.ts';
import { allCells, runKillMatrix } from './run-kill-matrix.ts';
import type { KillMatrixOptions, KillMatrixReport } from './run-kill-matrix.ts';
import type { CrashCell } from './run-server-crashes.ts';
import { startMatrixBroker } from './start-matrix-broker.ts';

/** A minute under load. */
const crashes = { kills: 5, everyMs: 10_000 } as const;
/** Of what is not chosen. */
const noCrashes = { ...crashes, kills: 0 } as const;

type Choice = Pick<KillMatrixOptions, 'cells' | 'databaseCrashes' | 'brokerCrashes'>;

/** Runs the matrix, prints it and answers with the exit status. @throws UsageError */
export async function killMatrixCommand(command: KillMatrixCommand): Promise<number> {
  const { json, print } = command;
  const transport = transportOf(command.transport);
  const chosen = choose(command.only);
  const [database, broker] = await Promise.all([startBroker('postgres'), startMatrixBroker(transport)]);
  try {
    const report = await runChosen(command, chosen, { database, broker });
    if (json !== undefined) await writeFile(json, `${JSON.stringify({ transport, ...report }, undefined, 2)}\n`);
    print(formatKillMatrix(report));
    return problemsOf(report).length === 0 ? 0 : 1;
  } finally {
    await Promise.all([broker.stop(), database.stop()]);
  }
}

function runChosen(
  { orders, lanes, print }: KillMatrixCommand,
  chosen: Choice,
  servers: Pick<KillMatrixOptions, 'database' | 'broker'>,
): Promise<KillMatrixReport> {
  let count = 0;
  const onCell = (result: CellResult): void => {
    count += 1;
    const outcome = result.problem ?? (result.hasStruck ? 'struck' : 'NOT STRUCK');
    const place = `${String(count).padStart(3)}/${chosen.cells.length}`;
    print(`${place} ${nameOf(result)}: ${outcome}, ${result.orders} orders, ${result.tookMs} ms`);
  };
  return runKillMatrix({ ...servers, ...chosen, orders, lanes, onCell });
}

/** Everything, or what the beginnings of names choose. @throws UsageError for one that chooses nothing */
function choose(only: readonly string[]): Choice {
  const isChosen = (name: string): boolean => only.length === 0 || only.some((each) => name.startsWith(each));
  const cells = allCells.filter((cell) => isChosen(nameOf(cell)));
  const crashesOf = (cell: CrashCell): Choice['brokerCrashes'] => (isChosen(cell) ? crashes : noCrashes);
  const databaseCrashes = crashesOf('database kill -9');
  const brokerCrashes = crashesOf('broker kill -9');
  if (cells.length + databaseCrashes.kills + brokerCrashes.kills === 0) {
    throw new UsageError(`There is no cell ${only.join(', ')}.`);
  }
  return { cells, databaseCrashes, brokerCrashes };
}

function transportOf(text: string): MatrixTransport {
  const transport = matrixTransports.find((each) => each === text);
  if (transport === undefined) throw new UsageError(`The kill matrix runs on ${matrixTransports.join(' or ')}.`);
  return transport;
}
