import { keyValues, numberValue, readNumber } from '../items/item.ts';
import type { ItemKey } from '../items/item.ts';
import type { DynamodbTransaction } from '../transaction/dynamodb-transaction.ts';
import { recordKeys } from './record-keys.ts';
import type { StockLine } from './reservations.ts';

/** The single writes that reservations are made of, each under the condition that what was read before still holds. */
export interface StockItems {
  readonly availableOf: (transaction: DynamodbTransaction, sku: string) => Promise<number>;
  /** What an order holds of an article; 0 when nothing. */
  readonly heldOf: (transaction: DynamodbTransaction, sku: string, orderId: string) => Promise<number>;
  readonly isThere: (transaction: DynamodbTransaction, key: ItemKey) => Promise<boolean>;
  /** Notes a delivery or a reservation, once. */
  readonly create: (transaction: DynamodbTransaction, key: ItemKey, quantity: number) => void;
  readonly add: (transaction: DynamodbTransaction, line: StockLine) => void;
  readonly take: (transaction: DynamodbTransaction, line: StockLine) => void;
  /** Takes a reservation away. */
  readonly drop: (transaction: DynamodbTransaction, orderId: string, line: StockLine) => void;
}

export function stockItems(table: string): StockItems {
  const readOf = async (transaction: DynamodbTransaction, key: ItemKey, name: string): Promise<number> => {
    const item = await transaction.get({ TableName: table, Key: keyValues(key) });
    return readNumber(item ?? {}, name) ?? 0;
  };
  const target = (key: ItemKey) => ({ TableName: table, Key: keyValues(key) });
  const quantityValue = (quantity: number) => ({ ':quantity': numberValue(quantity) });
  return {
    availableOf: (transaction, sku) => readOf(transaction, recordKeys.stock(sku), 'available'),
    heldOf: (transaction, sku, orderId) => readOf(transaction, recordKeys.reservation(sku, orderId), 'quantity'),
    isThere: async (transaction, key) => (await transaction.get(target(key))) !== undefined,
    create: (transaction, key, quantity) =>
      transaction.put({
        TableName: table,
        Item: { ...keyValues(key), quantity: numberValue(quantity) },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    add: (transaction, { sku, quantity }) =>
      transaction.update({
        ...target(recordKeys.stock(sku)),
        UpdateExpression: 'ADD available :quantity',
        ExpressionAttributeValues: quantityValue(quantity),
      }),
    take: (transaction, { sku, quantity }) =>
      transaction.update({
        ...target(recordKeys.stock(sku)),
        UpdateExpression: 'SET available = available - :quantity',
        ConditionExpression: 'available >= :quantity',
        ExpressionAttributeValues: quantityValue(quantity),
      }),
    drop: (transaction, orderId, { sku, quantity }) =>
      transaction.delete({
        ...target(recordKeys.reservation(sku, orderId)),
        ConditionExpression: 'quantity = :quantity',
        ExpressionAttributeValues: quantityValue(quantity),
      }),
  };
}
