#!/usr/bin/env node
import { brokerKinds, type Broker } from './broker.ts';
import { parseArguments, UsageError, type Wish } from './up/parse-arguments.ts';
import { up } from './up/up.ts';

const usage = `Runs message brokers and databases for development, on free ports of this machine only.

Usage: waybill-brokers up [KIND ...]

KIND is ${brokerKinds.join(', ')}; without one, all that can be had are started.
rabbitmq@3 and rabbitmq@4 choose its major version (on Debian the one that is not the system's own is
fetched from the other Debian release and unpacked beside the system).

A broker runs in Docker where an engine answers, else as a process of its own from the packages of the
system (on Debian and Ubuntu, root gets them installed). They run until Ctrl+C, and their data go with them.

The addresses are printed as export lines on standard output, everything else on standard error.
Exit status: 0 when all that was asked for ran, 1 when a named kind could not be had, 2 for a wrong usage.
`;

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const tell = (text: string): void => void process.stderr.write(`waybill-brokers: ${text}\n`);

/** Resolves with the first signal that asks the program to end; the following ones are ignored, for ending is under way. */
const askedToEnd = (): Promise<void> =>
  new Promise((resolve) => {
    // Neither the brokers nor a handler of signals keeps a program alive.
    setInterval(() => undefined, 2 ** 30);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });

async function runBrokers(wishes: readonly Wish[]): Promise<number> {
  const running: Broker[] = [];
  const end = askedToEnd();
  const starting = up({ wishes, onStart: (broker) => void running.push(broker), print, tell });
  const missing = await Promise.race([starting, end]);
  if (running.length > 0) await end;
  // What is starting at this moment ends with this process: its watchdog sees to that.
  await Promise.all(running.map((broker) => broker.stop()));
  const hasAll = missing !== undefined && running.length > 0 && (wishes.length === 0 || missing.length === 0);
  return hasAll ? 0 : 1;
}

async function main(): Promise<number> {
  try {
    const request = parseArguments(process.argv.slice(2));
    if (request.command === 'up') return await runBrokers(request.wishes);
    process.stdout.write(usage);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    tell(`${error.message}. Try waybill-brokers --help.`);
    return 2;
  }
}

process.exit(await main());
