import { findBroker } from '@waybill/conformance/brokers';
import { redisConnection, requestFilter } from '@waybill/store-redis';
import { Redis } from 'ioredis';
import { alternate, ratioOf } from '../alternate.ts';
import { measurementLines } from '../measurement-lines.ts';
import type { Measurement } from '../measurement.ts';
import { perSecond } from '../per-second.ts';
import type { Load } from '../per-second.ts';

// Rounds are short, and a collection of garbage falls into one or the other.
const figures = { rounds: 25, warmUps: 4 };

/** Claims of new keys, beside the bare command that says no more than "first" or "not first". */
export async function redisClaim(): Promise<readonly Measurement[]> {
  // Kept in memory only: a disk that is waited for would hide what either side costs.
  const broker = await findBroker('redis', 'redis-claim', { configuration: { appendonly: 'no' } });
  if (broker === undefined) return [];
  const redis = new Redis(broker.address);
  const connection = redisConnection({ url: broker.address, commandTimeoutMs: 5000 });
  const lease = { leaseMs: 60_000, keepMs: 60_000 };
  const filter = requestFilter({ connection, name: 'orders', onFailure: 'closed', ...lease });
  let keys = 0;
  const freshKey = (): string => {
    keys += 1;
    return `order-${keys}`;
  };
  const contest = (load: Load) =>
    alternate(
      {
        bare: () => perSecond(load, () => redis.set(`bare:orders:{${freshKey()}}`, '1', 'EX', 60, 'NX')),
        filter: () => perSecond(load, () => filter.claim(freshKey())),
      },
      figures,
    );
  try {
    console.log(`  on ${broker.product} ${broker.version}, ${broker.startedBy}`);
    const alone = await contest({ count: 4000, inFlight: 1 });
    const many = await contest({ count: 30_000, inFlight: 32 });
    return [...linesOf('one at a time', alone), ...linesOf('32 in flight', many)];
  } finally {
    redis.disconnect();
    await connection.close();
    await broker.stop();
  }
}

function linesOf(
  what: string,
  { bare, filter }: Readonly<Record<'bare' | 'filter', readonly number[]>>,
): readonly Measurement[] {
  const { rate, ratio } = measurementLines(`Redis, claims, ${what}`, 'claims/s');
  return [
    rate('SET NX EX', bare),
    rate('request filter', filter),
    ratio('request filter / SET NX EX', ratioOf(filter, bare), 0.9),
  ];
}
