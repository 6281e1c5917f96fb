import { virtualClock } from '@waybill/core/testing';
import { expect, test } from 'vitest';
import { readMessage } from '../message/read-message.ts';
import { HeldMessage } from './held-message.ts';
import { HeldMessages } from './held-messages.ts';

function stage() {
  const clock = virtualClock();
  const lost: string[] = [];
  const unwanted: string[] = [];
  let stoodMs = 0;
  const held = new HeldMessages({
    clock: { ...clock, monotonic: () => clock.monotonic() + stoodMs },
    bufferMsMax: 1000,
    onLost: (messages) => lost.push(...messages.map(({ handle }) => handle)),
    onUnwanted: (messages) => unwanted.push(...messages.map(({ handle }) => handle)),
  });
  const arrive = (handle: string, leaseMs = 2000): HeldMessage => {
    const nowMs = clock.monotonic();
    const message = new HeldMessage({
      handle,
      groupId: undefined,
      read: readMessage({ Body: handle }),
      receivedAtMs: nowMs,
      leaseUntilMs: nowMs + leaseMs,
    });
    held.add([message]);
    return message;
  };
  const take = (limit: number) =>
    held.take(limit).map((message) => {
      message.handOut();
      return message.handle;
    });
  /** Time passes, and no timer runs. */
  const standStill = (forMs: number): void => {
    stoodMs += forMs;
  };
  return { clock, held, lost, unwanted, arrive, take, standStill };
}

test('messages are taken in the order of their arrival, each once', () => {
  const { arrive, take, held } = stage();
  for (const handle of ['a', 'b', 'c']) arrive(handle);
  expect([take(2), held.handedOut, take(2), take(2)]).toEqual([['a', 'b'], 2, ['c'], []]);
});

test('to take one looks at no other that is held', () => {
  const { arrive, take } = stage();
  let looks = 0;
  const watched = Array.from({ length: 1000 }, (_, place) => arrive(String(place), 60_000));
  for (const message of watched) {
    const { leaseUntilMs } = message;
    Object.defineProperty(message, 'leaseUntilMs', { get: () => ((looks += 1), leaseUntilMs) });
  }
  expect(take(500)).toHaveLength(500);
  expect(take(1)).toEqual(['500']);
  expect(looks).toBe(0);
});

test('what is due is not handed out, though its timer has not run: the process stood still', () => {
  const { arrive, take, standStill, lost, unwanted } = stage();
  arrive('buffered', 5000);
  arrive('over', 1500);
  standStill(1600);
  expect(take(10)).toEqual([]);
  // The lease of the first goes on, so that one goes back; of the other nobody has heard.
  expect([lost, unwanted]).toEqual([[], ['buffered']]);
});

test('a lease that was extended is watched at its new end, and one that failed to be settled at its old one', async () => {
  const { arrive, take, clock, held, lost } = stage();
  const [one, two] = [arrive('one'), arrive('two')];
  take(2);
  held.extended(one, 5000);
  two.isSettling = true;
  await clock.advance(3000);
  expect(lost).toEqual([]);
  two.isSettling = false;
  held.keep(two);
  await clock.advance(1);
  expect(lost).toEqual(['two']);
  await clock.advance(1998);
  expect(held.has(one)).toBe(true);
  await clock.advance(1);
  expect([held.has(one), lost]).toEqual([false, ['two', 'one']]);
});
