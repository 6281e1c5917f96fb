import { expect, test } from 'vitest';
import type { SqlQuery } from '../sql/sql-query.ts';
import { createClosedMark } from './closed-mark.ts';

/** A server that says what the test says. */
function scriptedServer() {
  const state = { last_id: '0', xact: '100', oldest: '100', server: 'today' };
  const query: SqlQuery = async () => ({ rows: [{ ...state }] });
  return { state, query };
}

test('the outbox is closed up to an id once every transaction that was open when it was given has ended', async () => {
  const { state, query } = scriptedServer();
  const mark = createClosedMark('s');
  Object.assign(state, { last_id: '10', xact: '100', oldest: '90' });
  expect(await mark.advance(query)).toBe(0);
  // A writer from before is still open: it may bring any id up to 10.
  Object.assign(state, { last_id: '20', xact: '110', oldest: '99' });
  expect(await mark.advance(query)).toBe(0);
  Object.assign(state, { last_id: '30', xact: '120', oldest: '100' });
  expect(await mark.advance(query)).toBe(10);
  // The next mark is of the last look, not of those in between.
  Object.assign(state, { last_id: '40', xact: '130', oldest: '119' });
  expect(await mark.advance(query)).toBe(10);
  Object.assign(state, { last_id: '50', xact: '140', oldest: '121' });
  expect(await mark.advance(query)).toBe(30);
});

test('a writer that keeps its transaction open holds the mark, and never takes it back', async () => {
  const { state, query } = scriptedServer();
  const mark = createClosedMark('s');
  Object.assign(state, { last_id: '10', xact: '100', oldest: '100' });
  await mark.advance(query);
  Object.assign(state, { last_id: '20', xact: '110', oldest: '105' });
  expect(await mark.advance(query)).toBe(10);
  for (let looks = 0; looks < 5; looks += 1) {
    Object.assign(state, { last_id: String(30 + looks), xact: String(120 + looks), oldest: '105' });
    expect(await mark.advance(query)).toBe(10);
  }
});

test('another server, or the same one after a restart, starts anew: its ids may be those of other rows', async () => {
  const { state, query } = scriptedServer();
  const mark = createClosedMark('s');
  Object.assign(state, { last_id: '10', xact: '100', oldest: '100' });
  await mark.advance(query);
  Object.assign(state, { last_id: '5', xact: '200', oldest: '200', server: 'tomorrow' });
  expect(await mark.advance(query)).toBe(0);
  expect(mark.server()).toBe('tomorrow');
  Object.assign(state, { last_id: '7', xact: '210', oldest: '210' });
  expect(await mark.advance(query)).toBe(5);
  mark.forget();
  expect([mark.server(), await mark.advance(query)]).toEqual([undefined, 0]);
});
