import { CheckoutError } from '../errors/checkout-error.ts';
import type { Catalogue } from './catalogue.ts';
import type { CheckoutLine } from './checkout-request.ts';
import { sumMoney, timesMoney } from './money.ts';
import type { Money } from './money.ts';

export interface PricedCart {
  readonly lines: readonly PricedLine[];
  readonly total: Money;
}

export interface PricedLine extends CheckoutLine {
  readonly unitPrice: Money;
  readonly total: Money;
}

/** @throws `unknown-product` with the path of the line, `amount-too-large` */
export function priceCart(lines: readonly CheckoutLine[], catalogue: Catalogue): PricedCart {
  const priced = lines.map((line, index) => priceLine(line, index, catalogue));
  return {
    lines: priced,
    total: sumMoney(
      priced.map((line) => line.total),
      catalogue.currency,
    ),
  };
}

function priceLine(line: CheckoutLine, index: number, catalogue: Catalogue): PricedLine {
  const product = catalogue.products.get(line.productId);
  if (product === undefined) {
    throw new CheckoutError({
      code: 'unknown-product',
      message: `Line ${index + 1} names a product that the catalogue does not have.`,
      path: `lines[${index}].productId`,
    });
  }
  return { ...line, unitPrice: product.price, total: timesMoney(product.price, line.quantity) };
}
