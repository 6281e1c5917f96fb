import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** Runs an example as its reader would, and answers with what it prints. */
async function run(name: string): Promise<string> {
  const program = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--conditions=source', program], {
    timeout: 30_000,
  });
  expect(stderr).toBe('');
  return stdout;
}

test('an order that is placed in a transaction is charged, and the plan in the guide is the one that is printed', async () => {
  const printed = await run('take-orders');
  const plan = printed.slice(0, printed.indexOf('thanks'));
  expect(printed.slice(plan.length)).toBe('thanks for o-1\n');
  const guide = readFileSync(new URL('../../../../docs/guide.md', import.meta.url), 'utf8');
  expect(guide).toContain(`\`\`\`text\n${plan}\`\`\`\n`);
});

test('a charge whose answer is lost is looked up and not made again', async () => {
  expect(await run('charge-at-provider')).toBe('charge-order:o-1 4200\n');
});

test('a request that comes again is answered as before, and another one under its key is refused', async () => {
  expect(await run('answer-requests')).toBe(
    [
      '400 {"code":"idempotency-key-missing"}',
      '201 {"orderId":"o-1","status":"placed"}',
      '201 {"orderId":"o-1","status":"placed"}',
      '422 {"code":"idempotency-key-reused"}',
      'charged o-1',
      '201 {"receipt":"200 back for POST /refunds:form-8"}',
      '',
    ].join('\n'),
  );
});

test('dead letters are listed, replayed and purged', async () => {
  expect(await run('replay-dead-letters')).toBe(
    [
      'o-1 attempts-exhausted CardDeclined: insufficient funds 1',
      'o-2 attempts-exhausted CardDeclined: insufficient funds 1',
      'charged o-1',
      '{ replayed: 1, failed: 1, held: 0 }',
      '',
    ].join('\n'),
  );
});

test('each of many publishes is answered for', async () => {
  expect(await run('publish-outcomes')).toMatch(/^\S+ is with the broker\nrejected: payload-invalid\n$/);
});
