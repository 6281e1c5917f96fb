import { writeFile } from 'node:fs/promises';
import { startBroker } from '../brokers/index.ts';
import type { FaultRunsCommand } from '../command/load-fault-runs.ts';
import { UsageError } from '../command/usage-error.ts';
import { matrixTransports } from '../kill-matrix/matrix-broker.ts';
import type { MatrixTransport } from '../kill-matrix/matrix-broker.ts';
import { chooseScenarios } from './choose-scenarios.ts';
import { effectConfiguration } from './effect-tables.ts';
import { formatFaultRuns } from './format-fault-runs.ts';
import { problemsOf } from './judge-fault-run.ts';
import { runScenario } from './run-scenario.ts';
import type { ScenarioResult } from './run-scenario.ts';
import { startFaultBroker } from './start-fault-broker.ts';

/** Runs the scenarios one after the other, prints them and answers with the exit status. @throws UsageError */
export async function faultRunsCommand(command: FaultRunsCommand): Promise<number> {
  const { records, seed, json, print } = command;
  const transport = transportOf(command.transport);
  const chosen = chooseScenarios(transport, command.only);
  const [database, broker] = await Promise.all([
    startBroker('postgres', { configuration: effectConfiguration }),
    startFaultBroker(transport),
  ]);
  try {
    const results: ScenarioResult[] = [];
    for (const scenario of chosen) {
      const site = broker.siteOf(scenario);
      if (site === undefined) throw new UsageError(`This ${broker.name} has no ${scenario}.`);
      const result = await runScenario({ scenario, databaseAddress: database.address, site, records, seed });
      results.push(result);
      print(`${scenario}: ${result.confirmed} records, ${result.faults} faults, ${result.tookMs} ms`);
    }
    if (json !== undefined) {
      await writeFile(json, `${JSON.stringify({ broker: broker.name, seed, results }, undefined, 2)}\n`);
    }
    print(formatFaultRuns(broker.name, results));
    return results.flatMap(problemsOf).length === 0 ? 0 : 1;
  } finally {
    await Promise.all([broker.stop(), database.stop()]);
  }
}

function transportOf(text: string): MatrixTransport {
  const transport = matrixTransports.find((each) => each === text);
  if (transport === undefined) throw new UsageError(`The fault runs are for ${matrixTransports.join(', ')}.`);
  return transport;
}
