import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { awsProperties } from './aws-properties.ts';
import { costBound, formatBound } from './cost-bound.ts';

/** Each is a process of its own, and loads the SDK. */
vi.setConfig({ testTimeout: 60_000 });

const main = fileURLToPath(new URL('main.ts', import.meta.url));

const aws = (words: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
  const { PATH = '' } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=source', main, ...words], {
    env: { PATH, ...environment },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};

const asked = { WAYBILL_AWS: '1', AWS_REGION: 'eu-central-1', WAYBILL_AWS_PREFIX: 'ada' };

test.each([
  [['run'], {}, 'Nothing was called: WAYBILL_AWS is not 1'],
  [['cleanup'], {}, 'Nothing was called: WAYBILL_AWS is not 1'],
  [['run'], { ...asked, CI: 'true' }, 'Nothing was called: CI is set'],
  [['run', '--columns', 'kinesis'], asked, "There is no column 'kinesis'"],
  [['run', '--colour'], asked, "Unknown option '--colour'"],
  [[], asked, 'Say run, price or cleanup.'],
] as const)('%o with %o is refused with the usage', (words, environment, problem) => {
  const { status, stderr } = aws(words, environment);
  expect([status, stderr]).toEqual([2, expect.stringContaining(problem)]);
  expect(stderr).toContain('aws run | price | cleanup');
});

test('the price is told without anything being asked for', () => {
  const { status, stdout } = aws(['price', '--columns', 'sqs-fifo,sns-fifo']);
  expect([status, stdout.trim()]).toEqual([0, formatBound(costBound(['sqs-fifo', 'sns-fifo']))]);
  expect(new Set(awsProperties).size).toBe(awsProperties.length);
});
