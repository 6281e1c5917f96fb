import type { RabbitSettings } from './options.ts';

/**
 * How long a delivery may be held here: some time less than the broker's `consumer_timeout`, which it looks after once a minute, because
 * a hand-back takes its time too.
 */
export function holdMsMaxOf({ consumerTimeoutMs }: Pick<RabbitSettings, 'consumerTimeoutMs'>): number {
  return consumerTimeoutMs - Math.min(60_000, consumerTimeoutMs / 10);
}
