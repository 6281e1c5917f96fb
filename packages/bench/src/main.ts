import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Measurement } from './measurement.ts';
import { formatMeasurements } from './report.ts';
import type { RowsKeptOptions } from './scenarios/postgres-rows-kept.ts';

type Scenario = (options: RowsKeptOptions) => Promise<readonly Measurement[]>;

/** Loaded when asked for: what the databases' clients keep alive would be walked by the collector in every other scenario. */
const scenarios: Readonly<Record<string, () => Promise<Scenario>>> = {
  'end-to-end': async () => (await import('./scenarios/end-to-end.ts')).endToEnd,
  latency: async () => (await import('./scenarios/latency.ts')).latency,
  flatness: async () => (await import('./scenarios/flatness.ts')).flatness,
  'backlog-heap': async () => (await import('./scenarios/backlog-heap.ts')).backlogHeap,
  'rabbit-publish': async () => (await import('./scenarios/rabbit-publish.ts')).rabbitPublish,
  'rabbit-consume': async () => (await import('./scenarios/rabbit-consume.ts')).rabbitConsume,
  'rabbit-parallel': async () => (await import('./scenarios/rabbit-parallel.ts')).rabbitParallel,
  'rabbit-backlog': async () => (await import('./scenarios/rabbit-backlog.ts')).rabbitBacklog,
  'sqs-publish': async () => (await import('./scenarios/sqs-publish.ts')).sqsPublish,
  'sqs-consume': async () => (await import('./scenarios/sqs-consume.ts')).sqsConsume,
  'sqs-idle': async () => (await import('./scenarios/sqs-idle.ts')).sqsIdle,
  'sqs-backlog': async () => (await import('./scenarios/sqs-backlog.ts')).sqsBacklog,
  'kafka-publish': async () => (await import('./scenarios/kafka-publish.ts')).kafkaPublish,
  'kafka-consume': async () => (await import('./scenarios/kafka-consume.ts')).kafkaConsume,
  'kafka-rebalance': async () => (await import('./scenarios/kafka-rebalance.ts')).kafkaRebalance,
  'kafka-idle': async () => (await import('./scenarios/kafka-idle.ts')).kafkaIdle,
  'kafka-backlog': async () => (await import('./scenarios/kafka-backlog.ts')).kafkaBacklog,
  'redis-claim': async () => (await import('./scenarios/redis-claim.ts')).redisClaim,
  'postgres-transaction': async () => (await import('./scenarios/postgres-transaction.ts')).postgresTransaction,
  'postgres-claims': async () => (await import('./scenarios/postgres-claims.ts')).postgresClaims,
  'postgres-relay': async () => (await import('./scenarios/postgres-relay.ts')).postgresRelay,
  'postgres-relay-rabbit': async () => (await import('./scenarios/postgres-relay-rabbit.ts')).postgresRelayRabbit,
  'postgres-stages': async () => (await import('./scenarios/postgres-stages.ts')).postgresStages,
  'postgres-fence-storage': async () => (await import('./scenarios/postgres-fence-storage.ts')).postgresFenceStorage,
  'postgres-rows-kept': async () => (await import('./scenarios/postgres-rows-kept.ts')).postgresRowsKept,
};

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    out: { type: 'string', default: 'reports/bench' },
    large: { type: 'boolean', default: false },
  },
});
const names = Object.keys(scenarios);
const asked = values.only?.split(',') ?? names;
/** `rabbit` is all whose names begin so. */
const namedBy = (word: string): readonly string[] =>
  names.filter((name) => name === word || name.startsWith(`${word}-`));
const wanted = asked.flatMap(namedBy);
const unknown = asked.filter((word) => namedBy(word).length === 0);
if (unknown.length > 0) {
  console.error(`There is no scenario ${unknown.join(', ')}. There are: ${names.join(', ')}.`);
  process.exit(2);
}

const measurements: Measurement[] = [];
for (const name of wanted) {
  console.log(`${name} …`);
  const scenario = await scenarios[name]?.();
  measurements.push(...((await scenario?.({ large: values.large })) ?? []));
}
console.log(`\n${formatMeasurements(measurements)}\n`);
await mkdir(values.out, { recursive: true });
const report = { node: process.version, measuredAt: new Date().toISOString(), measurements };
await writeFile(`${values.out}/bench.json`, `${JSON.stringify(report, undefined, 2)}\n`);
console.log(`Written to ${values.out}/bench.json. Ratios count; the machine is shared, so single figures wobble.`);
