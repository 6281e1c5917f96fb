import type { Random } from '@waybill/core/driver';

const firstMs = 100;

/** No wait before another attempt is longer; a session that lasted longer than this counts as sound. */
export const reconnectBackoffMsMax = 30_000;

/** Wait before the attempt after `failures` in a row: doubled each time, with half of it left to chance; 0 after none. */
export function reconnectBackoffMs(failures: number, random: Random): number {
  if (failures === 0) return 0;
  const fullMs = Math.min(reconnectBackoffMsMax, firstMs * 2 ** Math.min(failures - 1, 20));
  return fullMs * (0.5 + random() / 2);
}
