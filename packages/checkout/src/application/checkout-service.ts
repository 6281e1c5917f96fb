import type { CheckoutRequest } from '../domain/checkout-request.ts';
import type { Money } from '../domain/money.ts';
import type { Order, OrderStatus } from '../domain/order.ts';
import type { PricedCart } from '../domain/price-cart.ts';

/** What each architecture does behind the same two routes. */
export interface CheckoutService {
  /** @throws `idempotency-key-reused`, `request-in-progress`, `payment-declined`, `payment-unknown`, `unavailable` */
  readonly placeOrder: (checkout: PricedCheckout, idempotencyKey: string | undefined) => Promise<PlacedOrder>;
  readonly findOrder: (orderId: string) => Promise<Order | undefined>;
}

/** A submitted form that was validated and priced. */
export interface PricedCheckout {
  readonly request: CheckoutRequest;
  readonly cart: PricedCart;
}

/** What the buyer is told. */
export interface PlacedOrder {
  readonly orderId: string;
  readonly status: OrderStatus;
  readonly total: Money;
  /** True for the stored answer of an earlier submit of the same form. */
  readonly isReplay: boolean;
}
