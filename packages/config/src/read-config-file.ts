import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BusError } from '@waybill/core';
import { LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';

/** Reads a configuration file by its ending; what it holds is not checked here. @throws `invalid-config` */
export async function readConfigFile(path: string): Promise<unknown> {
  switch (extname(path)) {
    case '.json':
      return parseJson(path, await readText(path));
    case '.yaml':
    case '.yml':
      return parseYaml(path, await readText(path));
    case '.ts':
    case '.mts':
    case '.js':
    case '.mjs':
      return importConfig(path);
    default:
      throw new BusError({
        code: 'invalid-config',
        message: `${path} is none of json, yaml, yml, ts, mts, js and mjs.`,
      });
  }
}

/** Without the byte order mark that some editors put in front. */
async function readText(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\ufeff/, '');
  } catch (cause) {
    throw new BusError({ code: 'config-not-found', message: `${path} cannot be read.`, cause });
  }
}

/** The parser's own message quotes the file, which may hold a secret; only the place is passed on. */
function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const [place = ''] = /\(line \d+ column \d+\)/.exec((error as Error).message) ?? [];
    throw new BusError({ code: 'invalid-config', message: `${path} is not JSON ${place}`.trimEnd().concat('.') });
  }
}

function parseYaml(path: string, text: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  if (document.errors.length === 0) return toPlain(path, document);
  const problems = document.errors.map(({ code, pos }) => {
    const { line, col } = lineCounter.linePos(pos[0]);
    return `\n- line ${line}, column ${col}: ${code.toLowerCase().replaceAll('_', ' ')}`;
  });
  throw new BusError({ code: 'invalid-config', message: `${path} is not YAML:${problems.join('')}\n` });
}

/** A few lines of aliases can stand for gigabytes; the parser counts them only here. */
function toPlain(path: string, document: Pick<Document, 'toJS'>): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    throw new BusError({ code: 'invalid-config', message: `${path} has too many aliases, or an unknown one.`, cause });
  }
}

async function importConfig(path: string): Promise<unknown> {
  let exports: Readonly<Record<string, unknown>>;
  try {
    exports = (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new BusError({
      code: 'invalid-config',
      message: `${path} cannot be run.`,
      remedy: 'See the cause. TypeScript needs Node 22.18 or newer, and types that can be stripped.',
      cause,
    });
  }
  const config = exports['default'] ?? exports['config'];
  if (config !== undefined) return config;
  throw new BusError({ code: 'invalid-config', message: `${path} exports neither a default nor \`config\`.` });
}
