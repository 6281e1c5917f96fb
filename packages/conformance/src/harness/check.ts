import { isDeepStrictEqual } from 'node:util';
import { inspect } from 'node:util';
import type { Finding } from '../oracle/finding.ts';
import { ConformanceFailure, NotApplicable, NotRunnable } from './conformance-failure.ts';

/** @throws ConformanceFailure with `what`, said of what should have been */
export function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new ConformanceFailure(what);
}

export function checkEqual(actual: unknown, expected: unknown, what: string): void {
  check(isDeepStrictEqual(actual, expected), `${what}: ${show(actual)} where ${show(expected)} was due`);
}

/** @throws ConformanceFailure that tells the first findings */
export function checkFindings(...findings: readonly (readonly Finding[])[]): void {
  const all = findings.flat();
  const shown = all.slice(0, 3).map(({ rule, text }) => `${rule}: ${text}`);
  check(all.length === 0, `${all.length} findings; ${shown.join('; ')}`);
}

/** For a case that looks at what the driver may not have. @throws NotApplicable with the reason */
export function checkApplies(applies: boolean, reasonOtherwise: string): asserts applies {
  if (!applies) throw new NotApplicable(reasonOtherwise);
}

/** What a case cannot do without. @throws NotRunnable */
export function need<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new NotRunnable(`the harness offers no ${what}`);
  return value;
}

const show = (value: unknown): string =>
  inspect(value, { depth: 4, breakLength: Infinity, compact: true }).replaceAll(/\s+/gu, ' ').slice(0, 400);
