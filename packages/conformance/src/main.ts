#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { loadFaultRuns } from './command/load-fault-runs.ts';
import { loadKillMatrix } from './command/load-kill-matrix.ts';
import { loadProof } from './command/load-proof.ts';
import { UsageError } from './command/usage-error.ts';
import { modes } from './harness/mode.ts';
import type { Mode } from './harness/mode.ts';

const usage = `waybill-conformance --transport NAME | --store NAME | --harness FILE | --kill-matrix | --fault-runs
  --transport NAME  one of this repository: packages/transport-NAME
  --store NAME      one of this repository: memory, packages/store-NAME, or packages/store-*/src/conformance/NAME-harness.ts
  --harness FILE    a module that exports openHarness (a transport's) or openStoreHarness
  --kill-matrix     real processes struck at every boundary, on PostgreSQL and --transport memory, rabbit, sqs or kafka (default: rabbit)
  --orders N        of the kill matrix (default: 50000)
  --lanes N         shops of the kill matrix at once (default: 3)
  --fault-runs      long load while workers leave, are killed or frozen and brokers die, on PostgreSQL and a --transport as above (default: kafka)
  --records N       acknowledged ones of each fault run (default: 200000)
  --only IDS        such as ORD-4,RTY-* or INB-1,SEQ-*, of the kill matrix P4 or 'C5 freeze', of the fault runs zombie (default: all)
  --mode MODE       ${modes.join(' | ')} (default: standard)
  --seed N          same seed, same choices of the suite and the fault runs (default: 1)
  --side-by-side N  properties at once (default: 4)
  --json FILE       writes the matrix
  --guarantees DIR  keeps the matrix of a green run in DIR, and the table of all matrices there as DIR.md`;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  const { values } = readArguments();
  if (values.help) {
    print(usage);
    return 0;
  }
  const only = values.only.split(',').filter((pattern) => pattern !== '');
  if (values['kill-matrix']) {
    const run = await loadKillMatrix();
    const { transport = 'rabbit', json } = values;
    const orders = wholeNumber(values.orders, 'orders');
    return run({ transport, orders, lanes: wholeNumber(values.lanes, 'lanes'), only, json, print });
  }
  const seed = wholeNumber(values.seed, 'seed');
  if (values['fault-runs']) {
    const run = await loadFaultRuns();
    const { transport = 'kafka', json } = values;
    return run({ transport, records: wholeNumber(values.records, 'records'), only, seed, json, print });
  }
  const mode = modeOf(values.mode);
  const sideBySide = wholeNumber(values['side-by-side'], 'side-by-side');
  const folder = values.guarantees;
  if (folder !== undefined && only.length > 0) throw new UsageError('--guarantees keeps whole runs: leave --only out.');
  const proof = await loadProof(values);
  return proof({ mode, seed, sideBySide, only, folder, json: values.json, print });
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        transport: { type: 'string' },
        store: { type: 'string' },
        harness: { type: 'string' },
        'kill-matrix': { type: 'boolean', default: false },
        orders: { type: 'string', default: '50000' },
        lanes: { type: 'string', default: '3' },
        'fault-runs': { type: 'boolean', default: false },
        records: { type: 'string', default: '200000' },
        only: { type: 'string', default: '' },
        mode: { type: 'string', default: 'standard' },
        seed: { type: 'string', default: '1' },
        'side-by-side': { type: 'string', default: '4' },
        json: { type: 'string' },
        guarantees: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function modeOf(text: string): Mode {
  const mode = modes.find((candidate) => candidate === text);
  if (mode === undefined) throw new UsageError(`There is no mode '${text}'.`);
  return mode;
}

function wholeNumber(text: string, name: string): number {
  if (!/^[1-9]\d{0,8}$/u.test(text)) throw new UsageError(`--${name} takes a whole number from 1, not '${text}'.`);
  return Number(text);
}

// What a failed case has left behind must not keep the run from ending.
main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    const isUsage = error instanceof UsageError;
    process.stderr.write(isUsage ? `${error.message}\n\n${usage}\n` : `${String(error)}\n`);
    process.exit(isUsage ? 2 : 1);
  },
);
