import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { findKafkaClasspath } from '@waybill/conformance/brokers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { murmur2 } from './murmur2.ts';
import { murmur2Vectors } from './testing/murmur2-vectors.ts';

const jars = await findKafkaClasspath('the hash of keys beside that of Java');
const program = join(import.meta.dirname, 'testing/Murmur2.java');

/** By Java's own client; `undefined` where this Java cannot compile. */
function hashesInJava(keys: readonly Uint8Array[]): readonly number[] | undefined {
  const input = keys.map((key) => `${Buffer.from(key).toString('hex')}\n`).join('');
  const { status, stdout } = spawnSync('java', ['-cp', join(jars ?? '', '*'), program], { input, encoding: 'utf8' });
  return status === 0 ? stdout.trim().split('\n').map(Number) : undefined;
}

test.skipIf(jars === undefined)(
  'Java gives the recorded keys and thousands of others the hash that they have here',
  ({ skip }) => {
    const recorded = murmur2Vectors.map(([key]) => Buffer.from(key, 'hex'));
    const others = fc.sample(fc.oneof(fc.uint8Array({ maxLength: 64 }), fc.uint8Array({ maxLength: 300 })), 4000);
    const keys = [...recorded, ...others];
    const theirs = hashesInJava(keys);
    skip(theirs === undefined, 'This Java has no compiler.');
    expect(theirs).toEqual(keys.map((key) => murmur2(key)));
  },
  60_000,
);
