import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { message } from '../testing/open-stage.ts';
import { createDeduplicationWindow } from './deduplication-window.ts';

const windowMs = 300;
const step = fc.record({
  afterMs: fc.constantFrom(0, 1, 50, 149, 150, 299, 300, 301),
  key: fc.constantFrom(undefined, 'g', 'gg', '1:g'),
  identity: fc.constantFrom('a', 'ga', '1:ga', 'b'),
});

test('a message is admitted exactly when the same identity in the same scope was not admitted in the window before', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('queue' as const, 'key' as const),
      fc.array(step, { maxLength: 60 }),
      (scope, steps) => {
        const window = createDeduplicationWindow({ windowMs, scope, by: 'key' });
        const admitted: { readonly identity: string; readonly key: string | undefined; readonly atMs: number }[] = [];
        let nowMs = 0;
        for (const { afterMs, key, identity } of steps) {
          nowMs += afterMs;
          const isKnown = admitted.some(
            (one) => one.identity === identity && (scope === 'queue' || one.key === key) && nowMs - one.atMs < windowMs,
          );
          const parts = { deduplicationKey: identity, ...(key === undefined ? {} : { key }) };
          expect(window?.admits(message('m', parts), nowMs)).toBe(!isKnown);
          if (!isKnown) admitted.push({ identity, key, atMs: nowMs });
        }
      },
    ),
  );
});

test('by body, two messages are the same exactly when their bytes are', () => {
  const bytes = fc.uint8Array({ maxLength: 3 });
  fc.assert(
    fc.property(bytes, bytes, (one, other) => {
      const window = createDeduplicationWindow({ windowMs, scope: 'queue', by: 'body' });
      window?.admits({ ...message('a'), body: one }, 0);
      expect(window?.admits({ ...message('b'), body: other }, 1)).toBe(one.join() !== other.join());
    }),
  );
});
