import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { keyName, keyValues, textValue } from '../items/item.ts';
import type { Item, ItemKey } from '../items/item.ts';

interface WorkingItem {
  readonly key: ItemKey;
  /** As it was read; `undefined` = it was not there. */
  readonly seen: Item | undefined;
  current: Item | undefined;
  isWritten: boolean;
  isHeld: boolean;
}

export type ReadItems = (keys: readonly ItemKey[]) => Promise<ReadonlyMap<string, Item>>;

/**
 * What one transaction sees of the store's own items: what was committed when it first looked, and what it has written itself. DynamoDB takes
 * each item once per transaction, so the last write of each is kept; every write names the version that was seen, and the commit fails
 * when that is no longer there.
 */
export class WorkingItems {
  readonly #read: ReadItems;
  readonly #items = new Map<string, WorkingItem>();

  constructor(read: ReadItems) {
    this.#read = read;
  }

  /** Reads what is not known yet. Whatever is asked for afterwards must have been loaded. */
  async load(keys: readonly ItemKey[]): Promise<void> {
    const unknown = keys.filter((key) => !this.#items.has(keyName(key)));
    if (unknown.length === 0) return;
    const found = await this.#read(unknown);
    for (const key of unknown) {
      const seen = found.get(keyName(key));
      this.#items.set(keyName(key), { key, seen, current: seen, isWritten: false, isHeld: false });
    }
  }

  get(key: ItemKey): Item | undefined {
    return this.#of(key).current;
  }

  /** `undefined` takes the item away. */
  write(key: ItemKey, attributes: Item | undefined): void {
    const item = this.#of(key);
    item.current = attributes;
    item.isWritten = true;
  }

  /** Writes an item that nobody can have written before, without looking. */
  create(key: ItemKey, attributes: Item): void {
    this.#items.set(keyName(key), { key, seen: undefined, current: attributes, isWritten: true, isHeld: false });
  }

  /** Makes the commit fail when the item has changed by then. */
  hold(key: ItemKey): void {
    this.#of(key).isHeld = true;
  }

  isWritten(key: ItemKey): boolean {
    return this.#of(key).isWritten;
  }

  /** @param version of everything written: a text that was never used before */
  toWrites(table: string, version: string): readonly TransactWriteItem[] {
    return [...this.#items.values()].flatMap((item) => writeOf(item, table, version) ?? []);
  }

  #of(key: ItemKey): WorkingItem {
    const item = this.#items.get(keyName(key));
    if (item === undefined) throw new Error(`the item ${key.pk} ${key.sk} was not loaded`);
    return item;
  }
}

function writeOf(item: WorkingItem, table: string, version: string): TransactWriteItem | undefined {
  const { key, seen, current, isWritten, isHeld } = item;
  const target = { TableName: table, ...unchanged(seen) };
  if (isWritten && current !== undefined) {
    return { Put: { ...target, Item: { ...current, ...keyValues(key), v: textValue(version) } } };
  }
  if (isWritten && seen !== undefined) return { Delete: { ...target, Key: keyValues(key) } };
  return isWritten || isHeld ? { ConditionCheck: { ...target, Key: keyValues(key) } } : undefined;
}

function unchanged(seen: Item | undefined) {
  if (seen === undefined) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: 'v = :seen',
    // An item that something else has written without a version never matches.
    ExpressionAttributeValues: { ':seen': seen['v'] ?? textValue('') },
  };
}
