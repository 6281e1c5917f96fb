import type { Clock, Random } from '../driver/index.ts';
import { callWithFate, createFates } from './fault-rates.ts';
import type { FaultRates } from './fault-rates.ts';

export interface PaymentProviderOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly rates: FaultRates;
}

export interface Charge {
  readonly idempotencyKey: string;
  readonly orderId: string;
}

/** A payment provider outside every process: slow, unreliable, idempotent by key, with a ledger of what it really charged. */
export interface PaymentProvider {
  readonly charges: readonly Charge[];
  /** What a careful client does: looks the key up first, because an earlier try may have had an unknown end, then charges. */
  readonly settle: (idempotencyKey: string, orderId: string) => Promise<void>;
}

export function paymentProvider({ clock, random, rates }: PaymentProviderOptions): PaymentProvider {
  const charges: Charge[] = [];
  const draw = createFates(random, rates);

  const find = (key: string): Charge | undefined => charges.find(({ idempotencyKey }) => idempotencyKey === key);

  const charge = async (idempotencyKey: string, orderId: string): Promise<void> => {
    await clock.sleep(random() * 200);
    if (find(idempotencyKey) === undefined) charges.push({ idempotencyKey, orderId });
  };

  return {
    charges,
    settle: async (idempotencyKey, orderId) => {
      await clock.sleep(random() * 20);
      if (find(idempotencyKey) === undefined) await callWithFate(draw(), () => charge(idempotencyKey, orderId));
    },
  };
}
