import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Measurement } from './measurement.ts';
import { formatMeasurements } from './report.ts';
import { backlogHeap } from './scenarios/backlog-heap.ts';
import { endToEnd } from './scenarios/end-to-end.ts';
import { flatness } from './scenarios/flatness.ts';
import { latency } from './scenarios/latency.ts';

const scenarios: Readonly<Record<string, () => Promise<readonly Measurement[]>>> = {
  'end-to-end': endToEnd,
  latency,
  flatness,
  'backlog-heap': backlogHeap,
};

const { values } = parseArgs({
  options: { only: { type: 'string' }, out: { type: 'string', default: 'reports/bench' } },
});
const wanted = values.only?.split(',') ?? Object.keys(scenarios);
const unknown = wanted.filter((name) => scenarios[name] === undefined);
if (unknown.length > 0) {
  console.error(`There is no scenario ${unknown.join(', ')}. There are: ${Object.keys(scenarios).join(', ')}.`);
  process.exit(2);
}

const measurements: Measurement[] = [];
for (const name of wanted) {
  console.log(`${name} …`);
  measurements.push(...((await scenarios[name]?.()) ?? []));
}
console.log(`\n${formatMeasurements(measurements)}\n`);
await mkdir(values.out, { recursive: true });
const report = { node: process.version, measuredAt: new Date().toISOString(), measurements };
await writeFile(`${values.out}/bench.json`, `${JSON.stringify(report, undefined, 2)}\n`);
console.log(`Written to ${values.out}/bench.json. Ratios count; the machine is shared, so single figures wobble.`);
