import { expect, test } from 'vitest';
import { parseServeOptions } from './parse-serve-options.ts';

test('without arguments the ports are 3000 and 3001, and the orders lie beside the code', () => {
  const defaults = {
    ports: { shop: 3000, provider: 3001 },
    providerUrl: undefined,
    config: undefined,
    data: '.waybill/checkout',
  };
  expect(parseServeOptions([])).toEqual({ ...defaults, help: false });
});

test('every option can be given, and port 0 takes any that is free', () => {
  const args = [
    '--port',
    '80',
    '--provider-port=0',
    '--provider-url',
    'http://localhost:1',
    '--config=c.yaml',
    '--data',
    'd',
    '--help',
  ];
  expect(parseServeOptions(args)).toEqual({
    ports: { shop: 80, provider: 0 },
    providerUrl: 'http://localhost:1',
    config: 'c.yaml',
    data: 'd',
    help: true,
  });
});

test.each([
  ['--port', '65536'],
  ['--port', '-1'],
  ['--provider-port', 'x'],
  ['--prt', '1'],
  ['3000'],
  ['--data', ''],
  ['--config', ''],
  ['--provider-url', 'ftp://x'],
])('%s %s is refused with how it is called', (...args) => {
  expect(() => parseServeOptions(args)).toThrowError(expect.objectContaining({ code: 'invalid-options' }));
  expect(() => parseServeOptions(args)).toThrowError(/npm run checkout -- \[options\]/);
});
