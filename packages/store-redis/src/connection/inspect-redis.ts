import type { RedisClock } from '../time/system-clock.ts';
import type { RedisConnection } from './redis-connection.ts';

/** What an operator wants to know of the server behind the filters. */
export interface RedisInspection {
  /** How long the answer took. */
  readonly latencyMs: number;
  readonly version: string;
  readonly role: string;
  readonly usedMemoryBytes: number;
  /** 0 where there is no limit. */
  readonly maxMemoryBytes: number;
  /** `noeviction` keeps what was promised to be kept; any other may drop it, and costs second deliveries. */
  readonly evictionPolicy: string;
  /** Since the server started. */
  readonly evictedKeys: number;
}

/** Asks one server; of a cluster, any of its nodes. */
export async function inspectRedis(send: RedisConnection['send'], clock: RedisClock): Promise<RedisInspection> {
  const before = clock.monotonic();
  const text = await send((client) => client.info());
  const latencyMs = clock.monotonic() - before;
  const field = (name: string): string => new RegExp(`^${name}:(\\S+)`, 'mu').exec(text)?.[1] ?? '';
  return {
    latencyMs,
    version: field('valkey_version') || field('redis_version'),
    role: field('role'),
    usedMemoryBytes: Number(field('used_memory')),
    maxMemoryBytes: Number(field('maxmemory')),
    evictionPolicy: field('maxmemory_policy'),
    evictedKeys: Number(field('evicted_keys')),
  };
}
