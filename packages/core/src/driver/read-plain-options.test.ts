import { expect, test } from 'vitest';
import { z } from 'zod';
import { plainOption } from './plain-option.ts';
import { readPlainOptions } from './read-plain-options.ts';
import type { PlainOptionsReader } from './read-plain-options.ts';

interface Options {
  readonly hosts: readonly string[];
  readonly port?: number;
  readonly isLoud?: boolean;
  readonly colour?: string;
  readonly login?: { readonly user: string };
}

const { list, number, oneOf, text, truth } = plainOption;

const options = {
  of: 'transport "pigeon"',
  needs: 'hosts',
  shape: {
    hosts: list(text, 'is required, as a list of texts'),
    port: number,
    isLoud: truth,
    colour: oneOf(['red', 'green', 'blue']),
    login: z.strictObject({ user: text }),
  },
} satisfies PlainOptionsReader<Options>;

const read = (config: unknown): Options => readPlainOptions<Options>(config, options);

const problemsOf = (config: unknown): readonly string[] => {
  try {
    read(config);
    return [];
  } catch (error) {
    return error instanceof TypeError ? error.message.split('\n') : [];
  }
};

test('the environment says everything as text', () => {
  const given = { hosts: 'one, two', port: '-7', isLoud: 'false', colour: 'red' };
  expect(read(given)).toEqual({ hosts: ['one', 'two'], port: -7, isLoud: false, colour: 'red' });
});

test('what is undefined is not there', () => {
  expect(read({ hosts: ['one'], port: undefined })).toStrictEqual({ hosts: ['one'] });
});

test('every problem is told at once, with its path', () => {
  const config = {
    hosts: ['one'],
    port: 'many',
    isLoud: 'perhaps',
    colour: 'grey',
    login: { user: 1, word: 'x' },
    speed: 1,
  };
  expect(problemsOf(config)).toEqual([
    'The options of transport "pigeon" have problems.',
    'port: must be a number',
    'isLoud: must be true or false',
    'colour: must be one of red, green, blue',
    'login.user: must be text',
    'login.word: is not an option',
    'speed: is not an option; there are hosts, port, isLoud, colour, login',
  ]);
});

test.each([[undefined], [null], ['hosts'], [[]]])('%j is no object with options', (config) => {
  expect(problemsOf(config)).toEqual([expect.any(String), '(options): must be an object with hosts']);
});

test.each([['1e3'], ['12345678901234567'], ['1.5'], [' 1']])('%j is not taken for a number', (port) => {
  expect(problemsOf({ hosts: 'one', port })).toContain('port: must be a number');
});
