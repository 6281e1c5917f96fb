import { findBroker } from '@waybill/conformance/brokers';
import type { Measurement } from '../measurement.ts';

/** What every contest shares: both sides have these queues, and as many messages under way. */
export const partitions = 8;
export const callers = 256;

export interface Contest {
  /** Of the broker, credentials included. */
  readonly url: string;
  /** A prefix of queue names that nobody has used yet. */
  readonly freshName: () => string;
}

/** Runs a contest on a broker of its own and ends that. Without one it prints why, and measures nothing. */
export async function onRabbit(
  subject: string,
  contest: (setting: Contest) => Promise<readonly Measurement[]>,
): Promise<readonly Measurement[]> {
  const broker = await findBroker('rabbitmq', subject);
  if (broker === undefined) return [];
  let names = 0;
  const freshName = (): string => {
    names += 1;
    return `${subject}-${process.pid}-${names}`;
  };
  try {
    console.log(`  on ${broker.product} ${broker.version}, ${broker.startedBy}`);
    return await contest({ url: broker.address, freshName });
  } finally {
    await broker.stop();
  }
}
