import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { cases } from './cases/cases.ts';
import type { OpenHarness } from './harness/harness.ts';
import { modes } from './harness/mode.ts';
import type { Mode } from './harness/mode.ts';
import { formatResult, formatSummary } from './report/format-summary.ts';
import { isGreen } from './report/matrix.ts';
import { runSuite } from './runner/run-suite.ts';

const usage = `waybill-conformance --transport NAME | --harness FILE
  --only IDS     such as ORD-4,RTY-* (default: all)
  --mode MODE    ${modes.join(' | ')} (default: standard)
  --seed N       (default: 1)
  --json FILE    writes the matrix`;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      transport: { type: 'string' },
      harness: { type: 'string' },
      only: { type: 'string', default: '' },
      mode: { type: 'string', default: 'standard' },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const file = values.harness ?? harnessOf(values.transport);
  if (values.help || file === undefined || !isMode(values.mode)) {
    print(usage);
    return values.help ? 0 : 2;
  }
  const { openHarness } = (await import(pathToFileURL(file).href)) as { readonly openHarness: OpenHarness };
  const harness = await openHarness();
  try {
    const matrix = await runSuite({
      harness,
      cases,
      mode: values.mode,
      only: values.only.split(',').filter((pattern) => pattern !== ''),
      seed: Number(values.seed),
      onResult: (result) => {
        print(formatResult(result));
      },
    });
    if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(matrix, undefined, 2)}\n`);
    print(formatSummary(matrix));
    return isGreen(matrix) ? 0 : 1;
  } finally {
    await harness.stop();
  }
}

function harnessOf(transport: string | undefined): string | undefined {
  if (transport === undefined || !/^[a-z0-9-]+$/u.test(transport)) return undefined;
  return `packages/transport-${transport}/src/conformance/harness.ts`;
}

const isMode = (text: string): text is Mode => modes.some((mode) => mode === text);

process.exitCode = await main();
