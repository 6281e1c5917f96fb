import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Measurement } from './measurement.ts';
import { formatMeasurements } from './report.ts';
import { backlogHeap } from './scenarios/backlog-heap.ts';
import { endToEnd } from './scenarios/end-to-end.ts';
import { flatness } from './scenarios/flatness.ts';
import { latency } from './scenarios/latency.ts';
import { postgresClaims } from './scenarios/postgres-claims.ts';
import { postgresRelayRabbit } from './scenarios/postgres-relay-rabbit.ts';
import { postgresRelay } from './scenarios/postgres-relay.ts';
import { postgresRowsKept } from './scenarios/postgres-rows-kept.ts';
import type { RowsKeptOptions } from './scenarios/postgres-rows-kept.ts';
import { postgresStages } from './scenarios/postgres-stages.ts';
import { postgresTransaction } from './scenarios/postgres-transaction.ts';
import { rabbitBacklog } from './scenarios/rabbit-backlog.ts';
import { rabbitConsume } from './scenarios/rabbit-consume.ts';
import { rabbitParallel } from './scenarios/rabbit-parallel.ts';
import { rabbitPublish } from './scenarios/rabbit-publish.ts';
import { redisClaim } from './scenarios/redis-claim.ts';

const scenarios: Readonly<Record<string, (options: RowsKeptOptions) => Promise<readonly Measurement[]>>> = {
  'end-to-end': endToEnd,
  latency,
  flatness,
  'backlog-heap': backlogHeap,
  'rabbit-publish': rabbitPublish,
  'rabbit-consume': rabbitConsume,
  'rabbit-parallel': rabbitParallel,
  'rabbit-backlog': rabbitBacklog,
  'redis-claim': redisClaim,
  'postgres-transaction': postgresTransaction,
  'postgres-claims': postgresClaims,
  'postgres-relay': postgresRelay,
  'postgres-relay-rabbit': postgresRelayRabbit,
  'postgres-stages': postgresStages,
  'postgres-rows-kept': postgresRowsKept,
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
  measurements.push(...((await scenarios[name]?.({ large: values.large })) ?? []));
}
console.log(`\n${formatMeasurements(measurements)}\n`);
await mkdir(values.out, { recursive: true });
const report = { node: process.version, measuredAt: new Date().toISOString(), measurements };
await writeFile(`${values.out}/bench.json`, `${JSON.stringify(report, undefined, 2)}\n`);
console.log(`Written to ${values.out}/bench.json. Ratios count; the machine is shared, so single figures wobble.`);
