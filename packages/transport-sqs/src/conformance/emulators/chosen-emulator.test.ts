import { expect, test } from 'vitest';
import { chosenEmulator } from './chosen-emulator.ts';

test.each([
  [{}, 'fauxqs'],
  [{ WAYBILL_SQS_EMULATOR: '' }, 'fauxqs'],
  [{ WAYBILL_SQS_EMULATOR: 'elasticmq' }, 'elasticmq'],
])('%o means %s', (environment, kind) => {
  expect(chosenEmulator(environment).kind).toBe(kind);
});

test('an emulator that nobody knows is refused with those that are known', () => {
  expect(() => chosenEmulator({ WAYBILL_SQS_EMULATOR: 'goaws' })).toThrow(
    'WAYBILL_SQS_EMULATOR is none of fauxqs, elasticmq, localstack, ministack.',
  );
});
