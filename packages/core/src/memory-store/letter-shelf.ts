import type { DeadLetterPage, DeadLetterQuery, DeadLetterRecord } from '../driver/index.ts';
import { GroupedMap } from './grouped-map.ts';
import { OrderedList } from './ordered-list.ts';

export interface StoredLetter {
  readonly record: DeadLetterRecord;
  readonly parksKey: boolean;
}

/** Letters have one name each; the shelf needs no groups. */
export const letterGroup = '';

type Letters = OrderedList<StoredLetter>;

/** Committed dead letters in the order of their commits, and by what they are asked for. */
export class LetterShelf {
  readonly #byId = new Map<string, StoredLetter>();
  readonly #all: Letters = new OrderedList();
  readonly #bySubscription = new Map<string, Letters>();
  readonly #byKey = new GroupedMap<Letters>();
  #lastPosition = 0;

  get size(): number {
    return this.#byId.size;
  }

  get(_group: string, id: string): StoredLetter | undefined {
    return this.#byId.get(id);
  }

  /** A new letter gets its position here, so that no reader who goes on from a position misses a late commit. */
  write(_group: string, id: string, letter: StoredLetter | undefined): void {
    const known = this.#byId.get(id);
    if (letter !== undefined) this.#put(known === undefined ? this.#positioned(letter) : letter);
    else if (known !== undefined) this.#remove(known);
  }

  read(query: DeadLetterQuery): DeadLetterPage {
    const letters: DeadLetterRecord[] = [];
    for (const { record } of this.#candidates(query)) {
      if (!matches(record, query)) continue;
      if (letters.length === query.limit) return { letters, next: letters.at(-1)?.position };
      letters.push(record);
    }
    return { letters, next: undefined };
  }

  /** The shortest list that has everything asked for, from where it is asked for. */
  #candidates({ ids, subscription, key, after }: DeadLetterQuery): Iterable<StoredLetter> {
    if (ids !== undefined) {
      const found = [...new Set(ids)].flatMap((id) => this.#byId.get(id) ?? []);
      return found.filter(({ record }) => record.position > after).toSorted(byPosition);
    }
    if (subscription === undefined) return this.#all.itemsAfter(after);
    const list = key === undefined ? this.#bySubscription.get(subscription) : this.#byKey.get(subscription, key);
    return list?.itemsAfter(after) ?? [];
  }

  #positioned({ record, parksKey }: StoredLetter): StoredLetter {
    this.#lastPosition += 1;
    return { record: { ...record, position: this.#lastPosition }, parksKey };
  }

  #put(letter: StoredLetter): void {
    const { id, position } = letter.record;
    this.#byId.set(id, letter);
    this.#all.add(position, letter);
    this.#subscriptionList(letter.record).add(position, letter);
    this.#keyList(letter.record)?.add(position, letter);
  }

  #remove({ record }: StoredLetter): void {
    const { id, subscription, key, position } = record;
    this.#byId.delete(id);
    this.#all.delete(position);
    const ofSubscription = this.#subscriptionList(record);
    ofSubscription.delete(position);
    if (ofSubscription.size === 0) this.#bySubscription.delete(subscription);
    const ofKey = this.#keyList(record);
    ofKey?.delete(position);
    if (key !== undefined && ofKey?.size === 0) this.#byKey.write(subscription, key, undefined);
  }

  #subscriptionList({ subscription }: DeadLetterRecord): Letters {
    const known = this.#bySubscription.get(subscription);
    if (known !== undefined) return known;
    const created: Letters = new OrderedList();
    this.#bySubscription.set(subscription, created);
    return created;
  }

  #keyList({ subscription, key }: DeadLetterRecord): Letters | undefined {
    if (key === undefined) return undefined;
    const known = this.#byKey.get(subscription, key);
    if (known !== undefined) return known;
    const created: Letters = new OrderedList();
    this.#byKey.write(subscription, key, created);
    return created;
  }
}

const byPosition = (left: StoredLetter, right: StoredLetter): number => left.record.position - right.record.position;

function matches(record: DeadLetterRecord, { subscription, key }: DeadLetterQuery): boolean {
  return (
    (subscription === undefined || record.subscription === subscription) && (key === undefined || record.key === key)
  );
}
