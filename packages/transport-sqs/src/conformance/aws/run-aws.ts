import { writeFile } from 'node:fs/promises';
import { formatResult, formatSummary, isGreen, runSuite, transportSuite } from '@waybill/conformance';
import type { Harness, Matrix } from '@waybill/conformance';
import { createClients } from '../../aws/create-clients.ts';
import type { AwsClients } from '../../aws/create-clients.ts';
import { readOptions } from '../../options.ts';
import { columnTitles } from '../columns.ts';
import type { Column, SuitePlace } from '../columns.ts';
import { openAwsHarness } from './aws-harness.ts';
import { AwsRefusal } from './aws-place.ts';
import { awsProperties } from './aws-properties.ts';
import { createCallMeter } from './call-meter.ts';
import type { CallMeter } from './call-meter.ts';
import { cleanUp } from './clean-up.ts';
import { dollarsOf, formatBound } from './cost-bound.ts';
import type { CostBound } from './cost-bound.ts';

export interface AwsRun {
  readonly place: SuitePlace;
  readonly columns: readonly Column[];
  /** Ids and patterns; none = what AWS is asked by default. */
  readonly only: readonly string[];
  readonly bound: CostBound;
  /** Where the matrices are written, one after the other in an array; `undefined` = nowhere. */
  readonly json: string | undefined;
  /** Rejects when the run is to end early. */
  readonly interrupted: Promise<never>;
  readonly print: (line: string) => void;
}

/** Everything but a long poll may be late by a minute. */
const caseTimeoutMs = 300_000;

/**
 * Runs the suite, says before what it may cost, and deletes whatever has its prefix, also when it fails, reaches its limit or is interrupted.
 * Answers with the exit status.
 * @throws AwsRefusal without credentials, before any call
 */
export async function runAws(run: AwsRun): Promise<number> {
  const { place, bound, print } = run;
  return withClients(place, async (clients) => {
    print(formatBound(bound));
    const meter = createCallMeter({ isBilled: billedHostsOf(place), callsMax: bound.callsMax });
    const opened: Harness[] = [];
    try {
      return await Promise.race([runColumns(run, { meter, opened }), meter.exceeded, run.interrupted]);
    } finally {
      // A case that is still at work makes nothing any more.
      meter.shut();
      await Promise.all(opened.map((harness) => harness.stop()));
      const deleted = await meter.unlimited(() => cleanUp(clients, place.namePrefix)).finally(meter.close);
      const { sqs, sns } = meter.calls();
      print(`${deleted.size} queues and topics deleted.`);
      print(`${sqs} calls of SQS and ${sns} of SNS were made: $${dollarsOf(meter.calls()).toFixed(4)} or less.`);
    }
  });
}

/** Deletes what an earlier run has left, one that was killed above all. @throws AwsRefusal without credentials */
export async function cleanUpAws(place: SuitePlace, print: (line: string) => void): Promise<void> {
  await withClients(place, async (clients) => {
    const deleted = await cleanUp(clients, place.namePrefix);
    for (const address of deleted) print(address);
    print(`${deleted.size} queues and topics deleted.`);
  });
}

async function withClients<Result>(place: SuitePlace, task: (clients: AwsClients) => Promise<Result>): Promise<Result> {
  const clients = createClients(readOptions(place));
  try {
    await clients.sqs.config.credentials().catch((error: unknown) => {
      const text =
        'Nothing was called: the SDK finds no credentials of AWS in the environment, in a profile or on this machine.';
      throw new AwsRefusal(text, { cause: error });
    });
    return await task(clients);
  } finally {
    clients.destroy();
  }
}

interface Running {
  readonly meter: CallMeter;
  /** Takes every harness that is opened. */
  readonly opened: Harness[];
}

async function runColumns({ place, columns, only, json, print }: AwsRun, { meter, opened }: Running): Promise<number> {
  const matrices: Matrix[] = [];
  for (const column of columns) {
    const harness = openAwsHarness(column, place);
    opened.push(harness);
    print(`\n${columnTitles[column]}`);
    const matrix = await runSuite({
      suite: transportSuite,
      harness,
      only: only.length === 0 ? awsProperties : only,
      mode: 'smoke',
      caseTimeoutMs,
      onResult: (result) => print(formatResult(transportSuite, result)),
    });
    print(formatSummary(transportSuite, matrix));
    matrices.push(matrix);
    const { sqs, sns } = meter.calls();
    print(`${sqs} calls of SQS and ${sns} of SNS so far.`);
  }
  if (json !== undefined) await writeFile(json, `${JSON.stringify(matrices, undefined, 2)}\n`);
  return matrices.every(isGreen) ? 0 : 1;
}

function billedHostsOf({ endpoint }: SuitePlace): (host: string) => boolean {
  if (endpoint === undefined) return (host) => /(?:^|\.)(?:sqs|sns|queue)\..*(?:amazonaws\.com|api\.aws)/u.test(host);
  const own = new URL(endpoint).host;
  return (host) => host === own;
}
