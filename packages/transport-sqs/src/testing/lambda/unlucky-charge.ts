import { setTimeout as sleep } from 'node:timers/promises';
import type { HandlerContext } from '@waybill/core';
import type { SqlTransaction } from '@waybill/store-postgres';

export interface Charge {
  readonly orderId: string;
  readonly step: number;
}

/** Chances of each misfortune; the rest goes well. */
const chances = { death: 0.001, slowness: 0.004, failure: 0.05 };

/**
 * Charges in the transaction of the handler, and now and then fails, takes longer than the function may, or ends the whole process a moment
 * later: before the commit, after it, or in the middle of another handler.
 */
export async function unluckyCharge(
  { orderId, step }: Charge,
  { transaction, signal }: HandlerContext<SqlTransaction>,
): Promise<void> {
  const luck = Math.random();
  const { death, slowness, failure } = chances;
  // A function writes a line for each invocation or so.
  process.stderr.write(`charge ${orderId} ${step}\n`);
  if (luck < death) setTimeout(() => process.exit(1), Math.random() * 30);
  else if (luck < death + slowness) await sleep(60_000, undefined, { signal });
  await transaction?.query('insert into charges (order_id, step) values ($1, $2)', [orderId, step]);
  if (luck > 1 - failure) throw new Error('The bank is closed.');
}
