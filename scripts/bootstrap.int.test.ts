import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const bootstrap = 'scripts/bootstrap.mjs';
let clone: string;

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'waybill-clone-'));
  cpSync(join(root, 'scripts'), join(clone, 'scripts'), { recursive: true });
});

afterEach(() => rmSync(clone, { recursive: true, force: true }));

const run = (cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  spawnSync(process.execPath, [...args], { cwd, encoding: 'utf8', env: { ...process.env, ...env } });

test('a Node that is too old is told so before anything else happens', () => {
  const old = "data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'18.20.8'}})";
  const { status, stderr } = run(clone, ['--import', old, bootstrap, 'test']);
  expect(status).toBe(1);
  expect(stderr).toContain('needs Node.js 20 or newer');
  expect(existsSync(join(clone, '.toolchain'))).toBe(false);
});

test('a registry that cannot be reached is named as the cause, and nothing half-installed stays behind', () => {
  const nowhere = {
    npm_config_registry: 'http://127.0.0.1:9/',
    npm_config_fetch_retries: '0',
    npm_config_cache: clone,
  };
  const { status, stderr } = run(clone, [bootstrap, 'test'], nowhere);
  expect(status).toBe(1);
  expect(stderr).toContain('the package registry could not be reached');
  expect(readdirSync(join(clone, '.toolchain'))).toEqual([]);
});

test('a folder that cannot be written to is named with the remedy', () => {
  writeFileSync(join(clone, '.toolchain'), 'a file where a folder belongs');
  const { status, stderr } = run(clone, [bootstrap, 'test']);
  expect(status).toBe(1);
  expect(stderr).toContain(`Cannot write to ${join(clone, '.toolchain')}`);
  expect(stderr).toContain('make it writable');
});

test('what a killed set-up left behind is removed by the next one', () => {
  const { pid } = run(clone, ['-e', '']);
  const abandoned = join(clone, '.toolchain', `0123456789abcdef.installing-${pid}`);
  mkdirSync(abandoned, { recursive: true });
  run(clone, [bootstrap, 'test'], {
    npm_config_registry: 'http://127.0.0.1:9/',
    npm_config_fetch_retries: '0',
    npm_config_cache: clone,
  });
  expect(existsSync(abandoned)).toBe(false);
});

test('an unknown command lists the known ones', () => {
  const { status, stderr } = run(root, [bootstrap, 'nonsense']);
  expect(status).toBe(1);
  expect(stderr).toContain('start, checkout, bench, conformance, brokers, test, pnpm');
});

const runner = (program: string): readonly string[] => [
  '--input-type=module',
  '-e',
  `import { runCommand } from './scripts/toolchain/run-command.mjs';
   await runCommand({ node: process.execPath, env: process.env }, ['node', '-e', ${JSON.stringify(program)}, 'first', '--second']);`,
];

test('arguments reach the command, and its status comes back', () => {
  const { status, stdout } = run(root, runner('console.log(process.argv.slice(1).join()); process.exitCode = 7'));
  expect({ status, stdout }).toEqual({ status: 7, stdout: 'first,--second\n' });
});

test('a command that dies of a signal is reported as dead of that signal', () => {
  expect(run(root, runner("process.kill(process.pid, 'SIGKILL')")).signal).toBe('SIGKILL');
});

test('a signal reaches the command, whose own ending decides', async () => {
  const program = "process.on('SIGTERM', () => process.exit(9)); setInterval(() => 0, 1000); console.log('ready')";
  const child = spawn(process.execPath, runner(program), { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((settle) => child.on('close', settle));
  child.stdout.once('data', () => child.kill('SIGTERM'));
  expect(await ended).toBe(9);
});
