import { GroupedMap } from './grouped-map.ts';
import { memoryError } from './memory-error.ts';

/** What a transaction works on. A committed value is never changed, only replaced, so that identity tells whether it is still the same. */
export interface Committed<Value> {
  readonly get: (group: string, name: string) => Value | undefined;
  /** `undefined` takes the value away. */
  readonly write: (group: string, name: string, value: Value | undefined) => void;
}

interface Touched<Value> {
  readonly group: string;
  readonly name: string;
  /** What was committed when the transaction first looked. */
  readonly before: Value | undefined;
  now: Value | undefined;
}

/** Up to here a walk over what was touched is quicker than an index of it; most transactions touch one or two. */
const walkMax = 8;

/**
 * What one transaction has read and written, apart from everybody else until it commits. Reads repeat. Whatever it has looked at must
 * still be the same at the commit: the first committer wins, and nothing is decided on what has changed since.
 */
export class WorkingMap<Value> {
  readonly #committed: Committed<Value>;
  readonly #touched: Touched<Value>[] = [];
  #index: GroupedMap<Touched<Value>> | undefined = undefined;

  constructor(committed: Committed<Value>) {
    this.#committed = committed;
  }

  get(group: string, name: string): Value | undefined {
    return this.#touch(group, name).now;
  }

  /** `undefined` takes the value away. */
  set(group: string, name: string, value: Value | undefined): void {
    this.#touch(group, name).now = value;
  }

  /** Everything that was read or written in a group, as this transaction sees it. */
  *touchedIn(group: string): Generator<readonly [string, Value | undefined]> {
    for (const touched of this.#touched) if (touched.group === group) yield [touched.name, touched.now];
  }

  /** @throws `write-conflict` */
  requireUnchanged(): void {
    for (const { group, name, before } of this.#touched) {
      if (this.#committed.get(group, name) === before) continue;
      throw memoryError('write-conflict', 'Another transaction has changed what this one has read or written.');
    }
  }

  apply(): void {
    for (const { group, name, before, now } of this.#touched) {
      if (now !== before) this.#committed.write(group, name, now);
    }
  }

  #touch(group: string, name: string): Touched<Value> {
    const known = this.#find(group, name);
    if (known !== undefined) return known;
    const before = this.#committed.get(group, name);
    const touched: Touched<Value> = { group, name, before, now: before };
    this.#touched.push(touched);
    if (this.#index !== undefined) this.#index.write(group, name, touched);
    else if (this.#touched.length > walkMax) this.#buildIndex();
    return touched;
  }

  #find(group: string, name: string): Touched<Value> | undefined {
    if (this.#index !== undefined) return this.#index.get(group, name);
    for (const touched of this.#touched) if (touched.name === name && touched.group === group) return touched;
    return undefined;
  }

  #buildIndex(): void {
    this.#index = new GroupedMap();
    for (const touched of this.#touched) this.#index.write(touched.group, touched.name, touched);
  }
}
