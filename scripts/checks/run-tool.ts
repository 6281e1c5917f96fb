import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

export const root = resolve(import.meta.dirname, '../..');

export interface ToolResult {
  readonly status: number | null;
  /** Standard output alone, for what is parsed. */
  readonly stdout: string;
  /** Both streams as they came, for people. */
  readonly output: string;
}

export interface ToolOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a program to its end. It is found on the path, where the pinned `node` and `pnpm` come first. */
export const runProgram = (program: string, args: readonly string[], options: ToolOptions = {}): Promise<ToolResult> =>
  new Promise((settle) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? root,
      env: { ...process.env, NO_COLOR: '1', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let stdout = '';
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.on('error', (error) => settle({ status: null, stdout, output: `${output}${program}: ${error.message}` }));
    child.on('close', (status) => settle({ status, stdout, output: stripVTControlCharacters(output.trim()) }));
  });

/** Runs a tool that the workspace has installed. */
export const runTool = (tool: string, args: readonly string[], options?: ToolOptions): Promise<ToolResult> =>
  runProgram(join(root, 'node_modules/.bin', tool), args, options);
