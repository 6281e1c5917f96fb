import { expect, test } from 'vitest';
import { parseServeOptions } from './parse-serve-options.ts';

test('without arguments the ports are 3000 and 3001', () => {
  expect(parseServeOptions([])).toEqual({ ports: { shop: 3000, provider: 3001 }, help: false });
});

test('both ports can be given, and 0 takes any that is free', () => {
  expect(parseServeOptions(['--port', '80', '--provider-port=0', '--help'])).toEqual({
    ports: { shop: 80, provider: 0 },
    help: true,
  });
});

test.each([['--port', '65536'], ['--port', '-1'], ['--provider-port', 'x'], ['--prt', '1'], ['3000']])(
  '%s %s is refused with how it is called',
  (...args) => {
    expect(() => parseServeOptions(args)).toThrowError(expect.objectContaining({ code: 'invalid-options' }));
    expect(() => parseServeOptions(args)).toThrowError(/npm run checkout -- \[options\]/);
  },
);
