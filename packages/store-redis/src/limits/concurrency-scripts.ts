import type { RedisScript } from '../connection/define-script.ts';

/** The slots of a key are a sorted set: tokens by the end of their lease, in milliseconds of the server. */
const readNow = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/** `ARGV`: token, lease, limit. 0 when a slot was taken, else the milliseconds until the first lease ends. */
export const acquireScript: RedisScript = {
  name: 'waybillSlotAcquire',
  keys: 1,
  lua: `${readNow}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then
  return math.max(1, redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] - now)
end
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 0`,
};

/** `ARGV`: token, lease. 1 when the lease was still held, and is longer now. */
export const renewScript: RedisScript = {
  name: 'waybillSlotRenew',
  keys: 1,
  lua: `${readNow}
local ends = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not ends or tonumber(ends) <= now then return 0 end
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`,
};
