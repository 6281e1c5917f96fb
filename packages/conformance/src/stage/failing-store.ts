import { MemoryStoreError } from '@waybill/core';
import type { StoreDriver, StoreTransaction } from '@waybill/core/driver';
import type { World } from '../harness/world.ts';
import { openStore } from './open-store.ts';

export interface FailingStore {
  readonly store: StoreDriver;
  readonly breakDown: () => void;
  readonly heal: () => void;
  /** How often it has refused so far. */
  readonly refusals: () => number;
}

/** A store in which one statement fails for a while, so that its transaction rolls back. */
export function failingStore(world: World, statement: 'claim' | 'changeDeadLetters'): FailingStore {
  const inner = openStore(world);
  let isBroken = false;
  let refusals = 0;
  const refuse = (): void => {
    if (!isBroken) return;
    refusals += 1;
    throw new MemoryStoreError('unavailable', 'The store is down for this case.');
  };
  const wrap = (transaction: StoreTransaction): StoreTransaction => ({
    ...transaction,
    [statement]: async (argument: never) => {
      refuse();
      return transaction[statement](argument);
    },
  });
  const store: StoreDriver = { ...inner, transaction: (work) => inner.transaction((opened) => work(wrap(opened))) };
  return {
    store,
    breakDown: () => {
      isBroken = true;
    },
    heal: () => {
      isBroken = false;
    },
    refusals: () => refusals,
  };
}
