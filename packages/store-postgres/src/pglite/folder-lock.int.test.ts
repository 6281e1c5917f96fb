import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { lockFolder } from './folder-lock.ts';
import { pgliteDatabase } from './pglite-database.ts';

// PGlite takes seconds to start, and several files start it at once.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let parent: string;
let folder: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'waybill-pglite-'));
  folder = join(parent, 'data');
});
afterEach(() => rm(parent, { recursive: true }));

/** Another process that holds the folder until it is killed. */
async function holdElsewhere(): Promise<() => Promise<void>> {
  const lock = new URL('./folder-lock.ts', import.meta.url).href;
  const program = `const { lockFolder } = await import(${JSON.stringify(lock)});
    await lockFolder(${JSON.stringify(folder)}); console.log('held'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--conditions=source', '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return async () => {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };
}

test('a folder belongs to one process, until it is given back', async () => {
  const unlock = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toMatchObject({ reason: 'folder-in-use' });
  await unlock();
  const unlockAgain = await lockFolder(folder);
  await unlockAgain();
});

test('another process keeps us out while it lives, and leaves the folder when it is killed', async () => {
  const kill = await holdElsewhere();
  const database = pgliteDatabase({ folder });
  await expect(database.query('select 1')).rejects.toMatchObject({ reason: 'folder-in-use' });
  await kill();
  // The same database, asked again: it had never been opened.
  expect((await database.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  await database.close();
  await expect(readFile(`${folder}.lock`)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a file of an earlier process with our number, as in a container that starts again, is taken over', async () => {
  await writeFile(`${folder}.lock`, JSON.stringify({ pid: process.pid, startedAt: '1' }));
  await expect(lockFolder(folder)).resolves.toBeTypeOf('function');
});

test('a file that was not written to its end is taken over', async () => {
  await writeFile(`${folder}.lock`, '{"pid":');
  await expect(lockFolder(folder)).resolves.toBeTypeOf('function');
});

test('of many that find the file of a dead process one gets the folder', async () => {
  await writeFile(`${folder}.lock`, JSON.stringify({ pid: 2 ** 22 + 1, startedAt: '1' }));
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('what was committed is there when the folder is opened again', async () => {
  const first = pgliteDatabase({ folder });
  await first.transaction(async ({ query }) => {
    await query('create table marks (v integer)');
    await query('insert into marks values (1)');
  });
  await first.close();
  const second = pgliteDatabase({ folder });
  expect((await second.query('select v from marks')).rows).toEqual([{ v: 1 }]);
  await second.close();
});
