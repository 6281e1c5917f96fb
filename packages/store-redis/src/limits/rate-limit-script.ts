import type { RedisScript } from '../connection/define-script.ts';
import { roundingUs } from './gcra.ts';

/**
 * Decides over one or two limits at once, by the clock of the server: all allow it, or none is charged.
 * `ARGV`: the cost, then for each key the interval and the capacity in microseconds. Answers whether it was allowed, the time, and the
 * arrival time of each key before the request. Times count from 2026, so that doubles hold fractions of a microsecond.
 */
const lua = `
local time = redis.call('TIME')
local now = (time[1] - 1767225600) * 1000000 + time[2]
local cost = tonumber(ARGV[1])
local answer = { 1, string.format('%.17g', now) }
local nexts = {}
for i, key in ipairs(KEYS) do
  local interval = tonumber(ARGV[2 * i])
  local full = now + tonumber(ARGV[2 * i + 1])
  local arrival = math.min(math.max(tonumber(redis.call('GET', key) or now), now), full)
  nexts[i] = arrival + cost * interval
  if nexts[i] - full > ${roundingUs} then answer[1] = 0 end
  answer[i + 2] = string.format('%.17g', arrival)
end
if answer[1] == 1 then
  for i, key in ipairs(KEYS) do
    local ttl = math.ceil((nexts[i] - now) / 1000) + 1
    redis.call('SET', key, string.format('%.17g', nexts[i]), 'PX', ttl)
  end
end
return answer`;

/** Of one limit. */
export const singleRateScript: RedisScript = { name: 'waybillRateSingle', keys: 1, lua };

/** Of one key and of all keys together; both stand in one slot. */
export const doubleRateScript: RedisScript = { name: 'waybillRateDouble', keys: 2, lua };
