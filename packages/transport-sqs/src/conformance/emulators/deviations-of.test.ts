import { expect, test } from 'vitest';
import { deviationsOf } from './deviations-of.ts';
import { emulators } from './emulators.ts';
import { points } from './points.ts';

const purge = { point: 'purge-forgets-identities', seen: 'nothing', expires: '2027-05-31' } as const;
const storm = { point: 'identity-outlives-delete', seen: 'again', expires: '2027-01-31' } as const;
const topic = { point: 'topic-hands-the-identity-on', seen: 'none', expires: '2027-05-31' } as const;

test('a property rests on several points: all are told, and the first that ends is the end', () => {
  const found = deviationsOf({ deviations: [topic, storm, purge] }, 'sns-fifo');
  expect(found.map(({ id }) => id)).toEqual(['DUP-1', 'DUP-5', 'DUP-7', 'LIF-14', 'FLT-9']);
  expect(found[0]).toMatchObject({
    effect: 'proves-nothing',
    reason: expect.stringMatching(
      /^the identity of a publish .* \(none\); an identity is known .* \(again\)$/u,
    ) as string,
    expires: '2027-01-31',
  });
});

test('a property may fail where one of its points can make it fail', () => {
  const found = deviationsOf({ deviations: [topic, { ...storm, mayFail: ['FLT-9'] }] }, 'sns-fifo');
  expect(found.map(({ id, effect }) => [id, effect])).toEqual([
    ['DUP-1', 'proves-nothing'],
    ['DUP-5', 'proves-nothing'],
    ['DUP-7', 'proves-nothing'],
    ['FLT-9', 'may-fail'],
  ]);
});

test('what only topics do says nothing of queues', () => {
  expect(deviationsOf({ deviations: [topic] }, 'sqs-fifo')).toEqual([]);
});

test('a point on which no property rests is no deviation of one', () => {
  const lax = { ...purge, point: 'deleted-name-is-closed-for-a-minute' };
  expect(deviationsOf({ deviations: [lax] }, 'sqs-fifo')).toEqual([]);
});

test('what only FIFO queues do says nothing of standard ones', () => {
  expect(deviationsOf({ deviations: [purge] }, 'sqs-standard')).toEqual([]);
});

test('a deviation from a point that does not exist is refused', () => {
  const stranger = { ...purge, point: 'no-such-point' };
  expect(() => deviationsOf({ deviations: [stranger] }, 'sqs-fifo')).toThrow('"no-such-point"');
});

test.each(points)('point $id says where it is written and who relies on it', ({ source, columns }) => {
  expect(URL.parse(source)?.protocol).toBe('https:');
  expect(columns).not.toHaveLength(0);
});

test('no point has the name of another', () => {
  expect(new Set(points.map(({ id }) => id)).size).toBe(points.length);
});

test.each(emulators)(
  '$kind tells each point once, for columns that it has, and lets only properties of the point fail',
  (emulator) => {
    const told = emulator.deviations.map(({ point }) => point);
    expect(new Set(told).size).toBe(told.length);
    for (const { point: id, mayFail = [] } of emulator.deviations) {
      const point = points.find((each) => each.id === id);
      expect(point?.columns.some((column) => emulator.columns.includes(column))).toBe(true);
      expect(point?.properties).toEqual(expect.arrayContaining([...mayFail]));
    }
  },
);
