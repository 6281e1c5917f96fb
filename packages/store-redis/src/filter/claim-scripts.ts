import type { RedisScript } from '../connection/define-script.ts';

/** `ARGV[1]` is `|token|`; true when the record is of this token. The first letter is its state. */
const readHead = `
local head = redis.call('GETRANGE', KEYS[1], 0, #ARGV[1])
if string.sub(head, 2) ~= ARGV[1] then return 0 end`;

/** Keeps the answer for the owner of the claim, and for nobody else. Said twice, it is kept once. */
export const completeScript: RedisScript = {
  name: 'waybillFilterComplete',
  keys: 1,
  lua: `${readHead}
if string.sub(head, 1, 1) == 'p' then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1`,
};

/** Gives a claim up for its owner; what is done stays done. */
export const releaseScript: RedisScript = {
  name: 'waybillFilterRelease',
  keys: 1,
  lua: `${readHead}
if string.sub(head, 1, 1) ~= 'p' then return 0 end
return redis.call('DEL', KEYS[1])`,
};
