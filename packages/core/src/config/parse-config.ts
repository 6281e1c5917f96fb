import type { z } from 'zod';
import { BusError } from '../errors/bus-error.ts';
import { configSchema } from './config-schema.ts';
import type { WaybillConfig } from './config-schema.ts';
import { applyDatabaseUrl } from './database-url.ts';
import { applyOverride, readOverrides } from './environment-overrides.ts';
import type { Environment, Override } from './environment-overrides.ts';

/**
 * Checks a configuration as it was read, with the environment's overrides on top. Where a number or a boolean is wanted, the
 * environment's text is turned into one; options of a driver stay text, because only the driver knows.
 * @throws `invalid-config` with every problem and its path
 */
export function parseConfig(raw: unknown, environment: Environment = {}): WaybillConfig {
  const overrides = readOverrides(environment);
  const overridden = overrides.reduce((config, { path, text }) => applyOverride(config, path, text), raw);
  const merged = applyDatabaseUrl(overridden, environment);
  const first = configSchema.safeParse(merged);
  if (first.success) return first.data;
  const converted = convert(merged, overrides, first.error.issues);
  const second = configSchema.safeParse(converted);
  if (second.success) return second.data;
  throw invalidConfig(second.error.issues.flatMap((issue) => describe(issue, overrides)));
}

interface Problem {
  readonly path: string;
  readonly problem: string;
}

function invalidConfig(problems: readonly Problem[]): BusError {
  const lines = problems.map(({ path, problem }) => `\n- ${path}: ${problem}`);
  return new BusError({
    code: 'invalid-config',
    message: `The configuration has problems:${lines.join('')}\n`,
    path: problems[0]?.path ?? '',
  });
}

function convert(config: unknown, overrides: readonly Override[], issues: readonly z.core.$ZodIssue[]): unknown {
  return overrides.reduce((converted, { path, text }) => {
    const issue = issues.find((candidate) => candidate.path.join('.') === path.join('.'));
    const value = issue?.code === 'invalid_type' ? fromText(text, issue.expected) : undefined;
    return value === undefined ? converted : applyOverride(converted, path, value);
  }, config);
}

function fromText(text: string, expected: string): number | boolean | undefined {
  const trimmed = text.trim();
  if (expected === 'boolean') return trimmed === 'true' || trimmed === 'false' ? trimmed === 'true' : undefined;
  const number = Number(trimmed);
  return (expected === 'number' || expected === 'int') && trimmed !== '' && Number.isFinite(number)
    ? number
    : undefined;
}

/** Problems name paths and what is expected, never a value: it may be a secret. */
function describe(issue: z.core.$ZodIssue, overrides: readonly Override[]): readonly Problem[] {
  const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
  return paths.map((keys) => {
    const path = keys.map(String).join('.');
    const variable = overrides.find((override) => `${override.path.join('.')}.`.startsWith(`${path}.`))?.variable;
    const problem = issue.code === 'unrecognized_keys' ? 'is not known' : issue.message;
    const origin = variable === undefined ? '' : ` (from ${variable})`;
    return { path: path === '' ? '(configuration)' : path, problem: problem + origin };
  });
}
