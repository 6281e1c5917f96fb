import { CheckoutError } from '../errors/checkout-error.ts';

/** An amount in minor units (cents, satang): always a safe integer, so that sums are exact. */
export interface Money {
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
}

/** @throws `amount-too-large` for what an integer cannot hold exactly */
export function money(amount: number, currency: string): Money {
  if (!Number.isSafeInteger(amount)) {
    throw new CheckoutError({
      code: 'amount-too-large',
      message: `An amount in ${currency} is not an exact whole number.`,
    });
  }
  return { amount, currency };
}

export function timesMoney(price: Money, quantity: number): Money {
  return money(price.amount * quantity, price.currency);
}

/** Zero of `currency` for an empty list. Every item must be of that currency; a catalogue has only one. */
export function sumMoney(items: readonly Money[], currency: string): Money {
  return money(
    items.reduce((sum, item) => sum + item.amount, 0),
    currency,
  );
}
