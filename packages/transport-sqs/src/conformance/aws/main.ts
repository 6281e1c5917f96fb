import { parseArgs } from 'node:util';
import { columnTitles } from '../columns.ts';
import type { Column } from '../columns.ts';
import { AwsRefusal, awsPlace } from './aws-place.ts';
import { costBound, formatBound } from './cost-bound.ts';
import { cleanUpAws, runAws } from './run-aws.ts';

const allColumns = Object.keys(columnTitles) as readonly Column[];

const usage = `aws run | price | cleanup
  run              the conformance suite against Amazon's own SQS and SNS, in your account
  price            what a run may cost at most; calls nobody
  cleanup          deletes every queue and topic with the prefix, as every run does at its end
  --columns NAMES  some of ${allColumns.join(',')} (default: all)
  --only IDS       such as ORD-4,DUP-* (default: what AWS alone can prove)
  --json FILE      writes the matrices
WAYBILL_AWS=1, AWS_REGION and WAYBILL_AWS_PREFIX say that, where and under which prefix; credentials are found as the SDK always does.
WAYBILL_AWS_ENDPOINT may name an emulator instead.`;

const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  const { positionals, values } = readArguments();
  const columns = columnsOf(values.columns);
  const bound = costBound(columns);
  const [word = ''] = positionals;
  if (word === 'price') {
    print(formatBound(bound));
    return 0;
  }
  if (word !== 'run' && word !== 'cleanup') throw new AwsRefusal('Say run, price or cleanup.');
  const place = awsPlace(process.env);
  if (word === 'cleanup') {
    await cleanUpAws(place, print);
    return 0;
  }
  const only = listOf(values.only);
  return runAws({ place, columns, only, bound, json: values.json, interrupted: interruption(), print });
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        columns: { type: 'string', default: '' },
        only: { type: 'string', default: '' },
        json: { type: 'string' },
      },
    });
  } catch (error) {
    throw new AwsRefusal(error instanceof Error ? error.message : String(error));
  }
}

const listOf = (text: string): readonly string[] => text.split(',').filter((part) => part !== '');

function columnsOf(text: string): readonly Column[] {
  const names = listOf(text);
  const stranger = names.find((name) => !Object.hasOwn(columnTitles, name));
  if (stranger !== undefined) throw new AwsRefusal(`There is no column '${stranger}'.`);
  return names.length === 0 ? allColumns : allColumns.filter((column) => names.includes(column));
}

/** Ctrl-C ends the run as a failure does: what was made is deleted first. */
function interruption(): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => reject(new Error(`${signal}: the run ends early, and cleans up.`)));
  }
  return promise;
}

// What an interrupted case has left behind must not keep the run from ending.
main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    const isRefusal = error instanceof AwsRefusal;
    process.stderr.write(isRefusal ? `${error.message}\n\n${usage}\n` : `${String(error)}\n`);
    process.exit(isRefusal ? 2 : 1);
  },
);
