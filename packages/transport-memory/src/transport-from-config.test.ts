import { expect, test } from 'vitest';
import { transportFromConfig } from './transport-from-config.ts';

const problemsOf = (config: unknown): string[] => {
  try {
    transportFromConfig(config);
  } catch (error) {
    return error instanceof Error ? error.message.split('\n').slice(1) : [];
  }
  return [];
};

test('no options are the plain profile', () => {
  expect(transportFromConfig(undefined).name).toBe('memory');
  expect(transportFromConfig({}).name).toBe('memory');
});

test('a profile is chosen by name, and single values of it can be set', () => {
  const config = { profile: 'sqs-fifo', parameters: { attemptsMax: 2, deduplicationScope: 'key' } };
  const { name, capabilities } = transportFromConfig(config);
  expect(name).toBe('memory:sqs-fifo');
  expect(capabilities.attempts).toEqual({ level: 'native', source: 'set in the configuration', attemptsMax: 2 });
  expect(capabilities.deduplication.scope).toBe('key');
});

test('every problem is listed with its path', () => {
  const parameters = {
    leaseMsMax: -1,
    keyOrder: 'sideways',
    lossProbability: 2,
    colour: 'red',
    pollMs: '20',
    inFlightMax: NaN,
  };
  expect(problemsOf({ profile: 'sqs-fifo', parameters, speed: 1 })).toEqual([
    'speed: is not an option; there are profile and parameters',
    'parameters.leaseMsMax: must be a number, 0 or more',
    'parameters.keyOrder: must be one of exclusive, group-lock, none',
    'parameters.lossProbability: must be at most 1',
    'parameters.colour: is not a parameter of the profile sqs-fifo',
    'parameters.pollMs: must be a number, 0 or more',
    'parameters.inFlightMax: must be a number, 0 or more',
  ]);
});

test.each([
  ['text', ['(options): must be an object']],
  [[], ['(options): must be an object']],
  [null, ['(options): must be an object']],
  [{ parameters: 3 }, ['parameters: must be an object']],
  [{ profile: 'toString' }, [expect.stringMatching(/^profile: must be one of plain, sqs-fifo, .*cloudtrail$/)]],
  [
    { profile: 'firehose', parameters: { leaseMsMax: 1 } },
    ['parameters.leaseMsMax: is not a parameter of the profile firehose'],
  ],
])('%j is refused', (config, problems) => {
  expect(problemsOf(config)).toEqual(problems);
});
