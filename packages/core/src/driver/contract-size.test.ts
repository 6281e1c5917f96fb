import { expect, test } from 'vitest';
import type { StoreDriver, StoreTransaction } from './store-driver.ts';
import type { TransportDriver, TransportReceiver, TransportSender } from './transport-driver.ts';

/** Every function of the contract by name; a new one does not compile until it is added here, and then the count speaks. */
const transportFunctions: Record<FunctionsOf<TransportDriver>, true> &
  Record<'sendBatch', true> &
  Record<FunctionsOf<TransportReceiver>, true> = {
  openSender: true,
  openReceiver: true,
  ensureTopology: true,
  inspect: true,
  codeOf: true,
  close: true,
  sendBatch: true,
  receiveBatch: true,
  settleBatch: true,
  extendBatch: true,
};

const storeFunctions: Record<FunctionsOf<StoreDriver> | FunctionsOf<StoreTransaction>, true> = {
  transaction: true,
  leaseBuckets: true,
  readOutbox: true,
  deleteOutbox: true,
  readDeadLetters: true,
  inspect: true,
  codeOf: true,
  close: true,
  claim: true,
  complete: true,
  enqueue: true,
  changeDeadLetters: true,
};

type FunctionsOf<Type> = {
  [Name in keyof Type]: Type[Name] extends (...parameters: never[]) => unknown ? Name : never;
}[keyof Type] &
  string;

/** `close` counts three times: for the driver, the sender and the receiver. */
const closes: readonly (keyof TransportSender)[] = ['close', 'close'];

test('a transport has at most twelve functions to write, and so has a store', () => {
  expect(Object.keys(transportFunctions).length + closes.length).toBeLessThanOrEqual(12);
  expect(Object.keys(storeFunctions).length).toBeLessThanOrEqual(12);
});
