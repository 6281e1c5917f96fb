import { BrokerNotAvailable } from './broker-not-available.ts';
import type { Broker, BrokerKind, StartBrokerOptions } from './broker.ts';
import { startBroker } from './start-broker.ts';

/**
 * A server for a file of tests, or `undefined` when none can be had: then it prints `NOT RUN`, the subject and the
 * reason, and the tests are skipped. With `CI=true` that is a failure instead.
 * @throws BrokerNotAvailable when `CI` is `true` and none can be had
 */
export async function findBroker(
  kind: BrokerKind,
  subject: string,
  options: StartBrokerOptions = {},
): Promise<Broker | undefined> {
  return orNotRun(subject, () => startBroker(kind, options));
}

/** What `start` gives, or `undefined` and a line that says why the tests of the subject have not run. */
export async function orNotRun<Started>(subject: string, start: () => Promise<Started>): Promise<Started | undefined> {
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof BrokerNotAvailable) || process.env['CI'] === 'true') throw error;
    process.stderr.write(`NOT RUN ${subject}: ${error.reason}. ${error.remedy}\n`);
    return undefined;
  }
}
