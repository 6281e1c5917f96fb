import { UsageError } from '../command/usage-error.ts';
import type { MatrixTransport } from '../kill-matrix/matrix-broker.ts';
import type { Scenario } from './scenario.ts';

/** Those in which a broker dies need one that survives it. */
const scenariosOf: Readonly<Record<MatrixTransport, readonly Scenario[]>> = {
  memory: ['rebalance', 'kill9', 'zombie'],
  rabbit: ['rebalance', 'kill9', 'zombie'],
  sqs: ['rebalance', 'kill9', 'zombie', 'broker-restart'],
  kafka: ['rebalance', 'kill9', 'zombie', 'broker-restart', 'leader-loss'],
};

/** All that the transport has, or what the beginnings of names choose. @throws UsageError for one that it does not have */
export function chooseScenarios(transport: MatrixTransport, only: readonly string[]): readonly Scenario[] {
  const all = scenariosOf[transport];
  const strange = only.find((each) => !all.some((scenario) => scenario.startsWith(each)));
  if (strange !== undefined)
    throw new UsageError(`The fault runs of ${transport} are ${all.join(', ')}: no ${strange}.`);
  return only.length === 0 ? all : all.filter((scenario) => only.some((each) => scenario.startsWith(each)));
}
