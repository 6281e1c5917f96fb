#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { cases } from './cases/cases.ts';
import type { OpenHarness } from './harness/harness.ts';
import { modes } from './harness/mode.ts';
import type { Mode } from './harness/mode.ts';
import { formatResult, formatSummary } from './report/format-summary.ts';
import { keepGuarantees } from './report/keep-guarantees.ts';
import { isGreen } from './report/matrix.ts';
import { runSuite } from './runner/run-suite.ts';
import { selectIds } from './runner/select-ids.ts';

const usage = `waybill-conformance --transport NAME | --harness FILE
  --transport NAME  one of this repository: packages/transport-NAME
  --harness FILE    a module that exports openHarness
  --only IDS        such as ORD-4,RTY-* (default: all)
  --mode MODE       ${modes.join(' | ')} (default: standard)
  --seed N          same seed, same choices of the suite (default: 1)
  --side-by-side N  properties at once (default: 4)
  --json FILE       writes the matrix
  --guarantees DIR  keeps the matrix of a green run in DIR, and the table of all matrices there as DIR.md`;

/** The command line is wrong: the message says how. */
class UsageError extends Error {}

const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  const { values } = readArguments();
  if (values.help) {
    print(usage);
    return 0;
  }
  const mode = modeOf(values.mode);
  const seed = wholeNumber(values.seed, 'seed');
  const sideBySide = wholeNumber(values['side-by-side'], 'side-by-side');
  const only = values.only.split(',').filter((pattern) => pattern !== '');
  const ids = knownIds(only);
  const folder = values.guarantees;
  if (folder !== undefined && only.length > 0) throw new UsageError('--guarantees keeps whole runs: leave --only out.');
  const openHarness = await loadHarness(harnessFile(values));
  const harness = await openHarness();
  let count = 0;
  try {
    const matrix = await runSuite({
      harness,
      cases,
      mode,
      only,
      seed,
      sideBySide,
      onResult: (result) => {
        count += 1;
        if (result.isAsked) print(`${String(count).padStart(3)}/${ids.length} ${formatResult(result)}`);
      },
    });
    if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(matrix, undefined, 2)}\n`);
    print(formatSummary(matrix));
    if (folder !== undefined && isGreen(matrix)) await keepGuarantees(folder, harness, matrix);
    return isGreen(matrix) ? 0 : 1;
  } finally {
    await harness.stop();
  }
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        transport: { type: 'string' },
        harness: { type: 'string' },
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

function knownIds(only: readonly string[]): readonly string[] {
  try {
    return selectIds(only);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function harnessFile({ transport, harness }: { readonly transport?: string; readonly harness?: string }): string {
  if (harness !== undefined) {
    if (!existsSync(harness)) throw new UsageError(`There is no harness ${harness}.`);
    return harness;
  }
  if (transport === undefined) throw new UsageError('Say which transport: --transport NAME, or --harness FILE.');
  const file = `packages/transport-${transport}/src/conformance/harness.ts`;
  if (!/^[a-z0-9-]+$/u.test(transport) || !existsSync(file)) {
    throw new UsageError(`There is no transport '${transport}': no ${file} here.`);
  }
  return file;
}

async function loadHarness(file: string): Promise<OpenHarness> {
  const module = (await import(pathToFileURL(resolve(file)).href)) as { readonly openHarness?: OpenHarness };
  if (typeof module.openHarness !== 'function') throw new UsageError(`${file} does not export openHarness.`);
  return module.openHarness;
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
