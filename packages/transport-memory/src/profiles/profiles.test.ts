import type { Capability } from '@waybill/core/driver';
import { expect, test } from 'vitest';
import { capabilitiesOf } from './capabilities-of.ts';
import type { Parameter } from './parameter.ts';
import { plain } from './plain.ts';
import type { Profile } from './profile.ts';
import { profiles } from './profiles.ts';
import { sqsFifo } from './sqs-fifo.ts';
import { withParameters } from './with-parameters.ts';

const all = Object.entries<Profile>({ ...profiles });
const parametersOf = (profile: Profile) => Object.entries<Parameter<unknown>>(profile.parameters);

test.each(all)('%s is known by its own name', (name, profile) => {
  expect(profile.name).toBe(name);
});

/** A documented fact, one from memory, a choice of ours, or the parameter that decides this one too. */
const isSourced = (source: string, names: readonly string[]): boolean =>
  /^broker-facts §\d|\[m\]$|^(assumed|chosen|Waybill|driver contract): ./.test(source) ||
  names.some((name) => source === `see ${name}`);

test.each(all)('every parameter of %s says where it comes from', (_, profile) => {
  const parameters = parametersOf(profile);
  const names = parameters.map(([name]) => name);
  expect(parameters.filter(([, { source }]) => !isSourced(source, names))).toEqual([]);
});

test.each(all.filter(([name]) => name !== 'plain'))(
  '%s cites nothing of our own invention as a fact of its broker',
  (_, profile) => {
    for (const [, { source }] of parametersOf(profile)) expect(source).not.toMatch(/^Waybill:/);
  },
);

test.each(all)('the capabilities of %s are total: no value is missing and each has a source', (_, profile) => {
  for (const [, capability] of Object.entries<Capability>({ ...capabilitiesOf(profile) })) {
    expect(Object.values(capability)).not.toContain(undefined);
    expect(capability.source).not.toBe('');
  }
});

test('capabilities follow the parameters, so that a changed profile stays honest', () => {
  const changed = withParameters(sqsFifo, { deduplicationScope: 'key', keyOrder: 'none', leaseMsMax: 1000 }, 'a test');
  const capabilities = capabilitiesOf(changed);
  expect(capabilities.deduplication).toMatchObject({ level: 'native', scope: 'key', windowMs: 300_000 });
  expect(capabilities.order).toEqual({ level: 'unsupported', source: 'a test', scope: 'none' });
  expect(capabilities.release.keepsOrder).toBe(false);
  expect(capabilities.lease.leaseMsMax).toBe(1000);
});

test('a changed profile leaves the original as it was', () => {
  expect(withParameters(plain, { pollMs: 1 }).parameters.pollMs).toEqual({ value: 1, source: 'set by the caller' });
  expect(plain.parameters.pollMs.value).toBe(20_000);
});

test('what can be had where: the rows that the comparison rests on', () => {
  const rows = all.map(([name, profile]) => {
    const { receive, order, deduplication, fanOut, delay } = capabilitiesOf(profile);
    return [name, receive.level, order.scope, deduplication.scope, fanOut.level, delay.level].join(' ');
  });
  expect(rows).toEqual([
    'plain native key none native native',
    'sqs-fifo native key channel unsupported unsupported',
    'sqs-standard native none none unsupported native',
    'sns-to-sqs native none none native unsupported',
    'sns-fifo-to-sqs-fifo native key channel native unsupported',
    'firehose unsupported none none unsupported unsupported',
    'cloudtrail native none none native unsupported',
  ]);
});
