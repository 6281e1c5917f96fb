import { expect, test } from 'vitest';
import { transportFromConfig } from './transport-from-config.ts';

const problemsOf = (config: unknown): readonly string[] => {
  try {
    transportFromConfig(config);
  } catch (error) {
    return error instanceof Error ? error.message.split('\n').slice(1) : [];
  }
  return [];
};

const urls = ['amqp://localhost'];

test('plain data make a transport, which connects to nobody until it is used', () => {
  const transport = transportFromConfig({ urls, partitions: 4, reconnectMs: { first: 1, max: 2 }, tls: {} });
  expect(transport.name).toBe('rabbit');
});

test.each([
  [undefined, ['(options): must be an object with urls']],
  [{}, ['urls: is required, as a list of texts']],
  [{ urls: 1 }, ['urls: is required, as a list of texts']],
  [{ urls, partitions: 'eight' }, ['partitions: must be a number']],
  [
    { urls, queueType: 3, delaysMs: [1, 'x'] },
    ['queueType: must be quorum or classic', 'delaysMs.1: must be a number'],
  ],
  [
    { urls, reconnectMs: { first: 'soon' } },
    ['reconnectMs.first: must be a number', 'reconnectMs.max: must be a number'],
  ],
  [{ urls, clock: {} }, [expect.stringMatching(/^clock: is not an option; there are urls, /u)]],
])('%j is refused with every problem and its path', (config, problems) => {
  expect(problemsOf(config)).toEqual(problems);
});

test('the environment says numbers and lists as text', () => {
  const transport = transportFromConfig({
    urls: 'amqp://one, amqps://two',
    delaysMs: '100,5000',
    messageBytesMax: '4096',
  });
  expect(transport.capabilities).toMatchObject({ delay: { delayMsMax: 5000 }, message: { bytesMax: 4096 } });
});

test('a value out of its range is refused by the same checks as in code', () => {
  expect(() => transportFromConfig({ urls, partitions: 0 })).toThrow('partitions must be a whole number');
});
