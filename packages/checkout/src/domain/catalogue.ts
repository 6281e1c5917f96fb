import { z } from 'zod';
import { CheckoutError } from '../errors/checkout-error.ts';
import { pathOf } from '../errors/path-of.ts';
import type { Money } from './money.ts';

/** What the shop sells. Prices come from here and from nowhere else; a price that a buyer sends is refused. */
export interface Catalogue {
  readonly currency: string;
  readonly products: ReadonlyMap<string, Product>;
}

export interface Product {
  readonly id: string;
  readonly name: string;
  readonly price: Money;
}

const catalogueSchema = z.strictObject({
  currency: z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code'),
  products: z
    .array(
      z.strictObject({
        id: z.string().min(1).max(64),
        name: z.string().min(1),
        price: z.int().positive().describe('minor units'),
      }),
    )
    .min(1),
});

/** Reads the parsed `catalogue.json`. @throws `invalid-catalogue` with every problem and its path */
export function parseCatalogue(json: unknown): Catalogue {
  const parsed = catalogueSchema.safeParse(json);
  if (!parsed.success)
    throw invalidCatalogue(parsed.error.issues.map((issue) => `${pathOf(issue.path)}: ${issue.message}`));
  const { currency, products } = parsed.data;
  const twice = products.flatMap(({ id }, index) =>
    products.findIndex((product) => product.id === id) === index
      ? []
      : [`products[${index}].id: ${id} is listed twice`],
  );
  if (twice.length > 0) throw invalidCatalogue(twice);
  return {
    currency,
    products: new Map(products.map(({ id, name, price }) => [id, { id, name, price: { amount: price, currency } }])),
  };
}

function invalidCatalogue(problems: readonly string[]): CheckoutError {
  return new CheckoutError({ code: 'invalid-catalogue', message: `The catalogue is wrong: ${problems.join('; ')}.` });
}
