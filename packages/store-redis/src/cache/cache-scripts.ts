import type { RedisScript } from '../connection/define-script.ts';

/**
 * `KEYS`: value, lock; `ARGV`: token, lock time. Answers the value; or 1 when this token has got the lock and loads; or 0 when another one does.
 */
export const readOrLockScript: RedisScript = {
  name: 'waybillCacheReadOrLock',
  keys: 2,
  lua: `
local value = redis.call('GET', KEYS[1])
if value then return value end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0`,
};

/**
 * `ARGV`: token, value, time to live. Keeps a value only for the owner of the lock: who was overtaken, or loaded before the key was
 * invalidated, has an old one. No value, and the lock is given back.
 */
export const storeScript: RedisScript = {
  name: 'waybillCacheStore',
  keys: 2,
  lua: `
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2])
if #ARGV > 1 then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1`,
};
