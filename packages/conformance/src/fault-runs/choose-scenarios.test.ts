import { expect, test } from 'vitest';
import { UsageError } from '../command/usage-error.ts';
import { chooseScenarios } from './choose-scenarios.ts';

test('without a choice a transport runs all that it has', () => {
  expect(chooseScenarios('rabbit', [])).toEqual(['rebalance', 'kill9', 'zombie']);
  expect(chooseScenarios('kafka', [])).toHaveLength(5);
});

test('runs are chosen by the beginnings of their names, in their own order', () => {
  expect(chooseScenarios('kafka', ['leader', 'kill'])).toEqual(['kill9', 'leader-loss']);
});

test('a run that the transport does not have is refused, with those that it has', () => {
  expect(() => chooseScenarios('rabbit', ['zombie', 'leader-loss'])).toThrow(
    new UsageError('The fault runs of rabbit are rebalance, kill9, zombie: no leader-loss.'),
  );
});
