import { findBroker } from '@waybill/conformance/brokers';
import type { Measurement } from '../measurement.ts';

export interface Contest {
  /** As clients are given them. */
  readonly brokers: readonly string[];
  /** A prefix of topic names that nobody has used yet. */
  readonly freshName: () => string;
}

/** Runs a contest on a broker of its own and ends that. Without one it prints why, and measures nothing. */
export async function onKafka(
  subject: string,
  contest: (setting: Contest) => Promise<readonly Measurement[]>,
): Promise<readonly Measurement[]> {
  const broker = await findBroker('kafka', subject);
  if (broker === undefined) return [];
  let names = 0;
  const freshName = (): string => {
    names += 1;
    return `${subject}-${process.pid}-${names}`;
  };
  try {
    console.log(`  on ${broker.product} ${broker.version}, ${broker.startedBy}`);
    return await contest({ brokers: [new URL(broker.address).host], freshName });
  } finally {
    await broker.stop();
  }
}
