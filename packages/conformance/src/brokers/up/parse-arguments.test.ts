import { expect, test } from 'vitest';
import { brokerKinds } from '../broker.ts';
import { parseArguments, UsageError } from './parse-arguments.ts';

test('kinds are taken in the order in which they are named', () => {
  expect(parseArguments(['up', 'redis', 'rabbitmq'])).toEqual({
    command: 'up',
    wishes: [{ kind: 'redis' }, { kind: 'rabbitmq' }],
  });
});

test('a version of RabbitMQ follows an @', () => {
  expect(parseArguments(['up', 'rabbitmq@4'])).toEqual({
    command: 'up',
    wishes: [{ kind: 'rabbitmq', version: '4' }],
  });
});

test('no kind means all of them', () => {
  expect(parseArguments(['up'])).toEqual({ command: 'up', wishes: [] });
});

test.each([['--help'], ['-h'], ['help'], ['up', '--help']])('help is given for %s %s', (...words) => {
  expect(parseArguments(words)).toEqual({ command: 'help' });
});

test.each([
  [[], 'a command is missing'],
  [['down'], 'unknown command down'],
  [['up', 'mysql'], `unknown kind mysql; the kinds are ${brokerKinds.join(', ')}`],
  [['up', 'redis', 'redis'], 'redis is named twice'],
  [['up', 'rabbitmq@3', 'rabbitmq@4'], 'rabbitmq is named twice'],
  [['up', 'rabbitmq@5'], 'unknown version 5; try any, 3, 4'],
  [['up', 'redis@7'], 'no version of redis can be chosen'],
  [['up', '--fast'], "Unknown option '--fast'"],
])('%j means nothing, and the message says why', (words, message) => {
  const parse = () => parseArguments(words);
  expect(parse).toThrow(UsageError);
  expect(parse).toThrow(message);
});
