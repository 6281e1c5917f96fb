import { afterAll, expect, test } from 'vitest';
import { findBroker, findKafkaCluster } from '../brokers/index.ts';
import { effectConfiguration } from './effect-tables.ts';
import { problemsOf } from './judge-fault-run.ts';
import { kafkaClusterBroker } from './kafka-cluster-broker.ts';
import { runScenario } from './run-scenario.ts';

const subject = 'nothing lost, doubled or out of order while workers leave and brokers die';
const [database, cluster] = await Promise.all([
  findBroker('postgres', subject, { configuration: effectConfiguration }),
  findKafkaCluster(subject),
]);
afterAll(() => Promise.all([database?.stop(), cluster?.stop()]));

/** Long enough for a few faults. All scenarios at full length are run by the command. */
test.skipIf(database === undefined || cluster === undefined).each(['rebalance', 'leader-loss'] as const)(
  'on three brokers of Kafka, a short run of %s loses nothing, doubles nothing and keeps the order',
  { timeout: 180_000 },
  async (scenario) => {
    if (database === undefined || cluster === undefined) return;
    const broker = kafkaClusterBroker(cluster, 'kafkajs');
    const site = broker.siteOf(scenario);
    if (site === undefined) throw new Error(`Kafka has ${scenario}.`);
    const records = 9000;
    const result = await runScenario({ scenario, databaseAddress: database.address, site, records, seed: 1 });
    // As one text: where only the message of a failed case is shown, it is to say what was wrong.
    expect(problemsOf(result).join('\n')).toBe('');
    expect(result.confirmed).toBeGreaterThanOrEqual(records);
  },
);
