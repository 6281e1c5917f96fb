import { defineCommand } from '@waybill/core';
import { z } from 'zod';

const lineSchema = z.object({
  product: z.string(),
  title: z.string(),
  quantity: z.int().positive(),
  unitPrice: z.int().nonnegative(),
});

const addressSchema = z.object({ name: z.string(), street: z.string(), city: z.string(), country: z.string() });

const schema = z.object({
  orderId: z.string(),
  customer: z.string(),
  amount: z.int().positive(),
  currency: z.enum(['EUR', 'USD']),
  shipTo: addressSchema,
  lines: z.array(lineSchema).max(100),
});

export type OrderMessage = z.infer<typeof schema>;

/** The message of every scenario: an order of four lines, about 600 bytes of JSON. */
export const ChargeOrder = defineCommand({
  name: 'charge-order',
  version: 1,
  schema,
  orderingKey: (order) => order.orderId,
  deduplicationKey: (order) => order.orderId,
});

export const orderSchema: typeof schema = schema;

const titles = ['Espresso cup, stoneware', 'Burr grinder, steel', 'Kettle with gooseneck', 'Filter papers, 100 pieces'];

/** The `n`th order, spread over `keys` keys; `note` makes it as large as wanted. */
export function orderAt(n: number, keys: number, note = ''): OrderMessage {
  return {
    orderId: `order-${n % keys}`,
    customer: `customer-${n % 97}${note}`,
    amount: 1000 + (n % 9000),
    currency: n % 2 === 0 ? 'EUR' : 'USD',
    shipTo: { name: 'A. Buyer', street: `${n % 200} Harbour Road`, city: 'Rotterdam', country: 'NL' },
    lines: titles.map((title, line) => ({
      product: `p-${line}`,
      title,
      quantity: 1 + ((n + line) % 3),
      unitPrice: 900,
    })),
  };
}
