import { expect, test } from 'vitest';
import type { StartFrom } from '../options.ts';
import { firstOffset, startOf } from './first-offset.ts';

const event = { kind: 'event', channel: 'orders', group: 'mail' } as const;
const command = { kind: 'command', channel: 'orders', group: 'handler' } as const;

test('a command begins with what was sent before, an event with what comes, and either where it is told', () => {
  expect(startOf({ startFrom: {} }, command)).toBe('earliest');
  expect(startOf({ startFrom: {} }, event)).toBe('latest');
  const startFrom: Record<string, StartFrom> = { 'orders/mail': { timestampMs: 5 } };
  expect(startOf({ startFrom }, event)).toEqual({ timestampMs: 5 });
});

test('a partition that is added to a declared group is read from its first record on, wherever the group began', () => {
  expect(firstOffset({ topology: 'apply', startFrom: {} }, event)).toBe('earliest');
  expect(firstOffset({ topology: 'verify', startFrom: { 'orders/mail': 'latest' } }, event)).toBe('earliest');
});

test('where nothing is declared the settings decide', () => {
  expect(firstOffset({ topology: 'off', startFrom: {} }, event)).toBe('latest');
  expect(firstOffset({ topology: 'off', startFrom: {} }, command)).toBe('earliest');
});
