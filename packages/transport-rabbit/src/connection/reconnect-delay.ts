import type { Random } from '@waybill/core/driver';

export interface ReconnectPace {
  readonly first: number;
  readonly max: number;
}

/** How long to wait after so many failures in a row: doubled each time, and between half and all of that by chance. */
export function reconnectDelayMs(failures: number, { first, max }: ReconnectPace, random: Random): number {
  if (failures === 0) return 0;
  const fullMs = Math.min(max, first * 2 ** (failures - 1));
  return fullMs / 2 + (random() * fullMs) / 2;
}
