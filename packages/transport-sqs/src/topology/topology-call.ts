import { errorCodeOf } from '../error-code-of.ts';
import type { SqsSettings } from '../options.ts';
import { atMost } from '../time/at-most.ts';
import { patiently } from './patiently.ts';

/** Makes one call to AWS, which may take `requestTimeoutMs`. */
export type TopologyCall = <Result>(make: (abortSignal: AbortSignal) => Promise<Result>) => Promise<Result>;

const throttledMsMax = 60_000;

/**
 * SNS takes some tens of such calls a second, and one change of tags at a time: instances that start together wait for each other. Every
 * call of the topology may be made twice.
 */
export function createTopologyCall(settings: Pick<SqsSettings, 'clock' | 'random' | 'requestTimeoutMs'>): TopologyCall {
  const { clock, random, requestTimeoutMs } = settings;
  const patience = { limitMs: throttledMsMax, pauseMs: () => 250 + random() * 1750, isPassing: isCrowded };
  return (make) => patiently(clock, patience, () => atMost(requestTimeoutMs, clock, make));
}

function isCrowded(error: unknown): boolean {
  const isAtOnce = error instanceof Error && /^(?:ConcurrentAccess|StaleTag)/u.test(error.name);
  return isAtOnce || errorCodeOf(error) === 'throttled';
}
