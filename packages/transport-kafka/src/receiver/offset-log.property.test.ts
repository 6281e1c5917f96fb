import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OffsetLog } from './offset-log.ts';

/** Steps of 1 are usual; greater ones are what compaction and the marks of transactions leave out. */
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ does: fc.constant('read' as const), by: fc.constantFrom(1, 1, 1, 2, 50) }) },
    { weight: 3, arbitrary: fc.record({ does: fc.constant('finish' as const), pick: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('pass' as const), by: fc.constantFrom(0, 1, 3) }) },
  ),
  { maxLength: 200 },
);

interface Entry {
  readonly offset: number;
  isFinished: boolean;
}

/** The first unfinished one of a plain list, or what follows the list. */
const expected = (entries: readonly Entry[], next: number | undefined): number | undefined =>
  entries.find(({ isFinished }) => !isFinished)?.offset ?? next;

test('what may be committed is the first unfinished offset of those that were read, whatever holes the log has', () => {
  fc.assert(
    fc.property(steps, fc.nat({ max: 1000 }), (sequence, start) => {
      const log = new OffsetLog();
      const entries: Entry[] = [];
      let next: number | undefined;
      for (const one of sequence) {
        const open = entries.filter(({ isFinished }) => !isFinished);
        const entry = one.does === 'finish' ? open[one.pick % open.length] : undefined;
        if (one.does === 'read') {
          const offset = (next ?? start) + one.by - 1;
          entries.push({ offset, isFinished: false });
          log.push(offset);
          next = offset + 1;
        } else if (one.does === 'pass') {
          next = (next ?? start) + one.by;
          log.passTo(next);
        } else if (entry !== undefined) {
          entry.isFinished = true;
          log.finish(entries.indexOf(entry));
        }
        const firstOpen = entries.findIndex(({ isFinished }) => !isFinished);
        expect(log.committable).toBe(expected(entries, next));
        expect(log.next).toBe(next);
        expect(log.span).toBe(firstOpen === -1 ? 0 : entries.length - firstOpen);
        expect(log.count).toBe(entries.length);
      }
    }),
  );
});

test('a log of any length keeps no more than its window', () => {
  const log = new OffsetLog();
  for (let place = 0; place < 100_000; place += 1) {
    log.push(place * 3);
    if (place >= 10) log.finish(place - 10);
  }
  expect(log.span).toBe(10);
  expect(log.committable).toBe((100_000 - 10) * 3);
  for (let place = 99_999; place >= 99_990; place -= 1) {
    expect(log.committable).toBe(99_990 * 3);
    log.finish(place);
  }
  expect(log.committable).toBe(99_999 * 3 + 1);
});
