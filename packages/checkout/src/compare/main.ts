import { systemClock, systemNewId } from '@waybill/core';
import { architectures } from '../architectures/architectures.ts';
import { CheckoutError } from '../errors/checkout-error.ts';
import { loadCatalogue } from '../load-catalogue.ts';
import { busyProvider } from '../provider/provider-behaviour.ts';
import { printTable } from '../report/print-table.ts';
import { readTerminal } from '../report/read-terminal.ts';
import { comparedCommitFirst } from './compared-commit-first.ts';
import { compareUsage, parseCompareOptions } from './parse-compare-options.ts';
import type { CompareOptions } from './parse-compare-options.ts';
import { runComparison } from './run-comparison.ts';
import { writeResults } from './write-results.ts';

/** `npm start`: the six architectures side by side. */
async function main(): Promise<void> {
  const options = parseCompareOptions(process.argv.slice(2));
  if (options.help) console.log(compareUsage);
  else await compare(options);
}

async function compare(options: CompareOptions): Promise<void> {
  const { buyers, seed, timeScale } = options;
  const startedAtMs = systemClock.monotonic();
  const say = (text: string): void => {
    const seconds = ((systemClock.monotonic() - startedAtMs) / 1000).toFixed(1).padStart(5);
    console.log(`${seconds} s  ${text}`);
  };
  say(`${buyers} buyers, seed ${seed}: every duration is divided by ${timeScale}, every figure is multiplied back`);
  const { commitFirst, close } = comparedCommitFirst({ ...options, databaseUrl: process.env['DATABASE_URL'] });
  const comparison = await runComparison({
    ...options,
    catalogue: await loadCatalogue(),
    behaviour: busyProvider,
    architectures: architectures(commitFirst),
    clock: systemClock,
    newId: systemNewId,
    onProgress: ({ architecture, phase }) => say(`${architecture.title}: ${phase}`),
  });
  await close();
  const files = await writeResults(comparison, options);
  console.log(`\n${printTable(comparison, { ...readTerminal(process.stdout), files })}`);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof CheckoutError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
