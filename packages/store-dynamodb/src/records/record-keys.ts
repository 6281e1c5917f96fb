import { joinedTexts } from '../items/indexed-text.ts';
import type { ItemKey } from '../items/item.ts';

/** Items of the records; the README draws the layout. */
export const recordKeys = {
  request: (operation: string, token: string): ItemKey => ({
    pk: `request#${joinedTexts(operation, token)}`,
    sk: 'record',
  }),
  cart: (customerId: string, attemptId: string): ItemKey => ({
    pk: `cart#${joinedTexts(customerId)}`,
    sk: `attempt#${joinedTexts(attemptId)}`,
  }),
  stock: (sku: string): ItemKey => ({ pk: `stock#${joinedTexts(sku)}`, sk: 'stock' }),
  delivery: (sku: string, deliveryId: string): ItemKey => ({
    pk: `stock-delivery#${joinedTexts(sku, deliveryId)}`,
    sk: 'delivery',
  }),
  reservation: (sku: string, orderId: string): ItemKey => ({
    pk: `reservation#${joinedTexts(sku, orderId)}`,
    sk: 'reservation',
  }),
  workflow: (workflowId: string): ItemKey => ({ pk: `workflow#${joinedTexts(workflowId)}`, sk: 'state' }),
} as const;
