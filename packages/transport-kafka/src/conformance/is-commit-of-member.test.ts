import { expect, test } from 'vitest';
import { isCommitOfMember } from './is-commit-of-member.ts';

const int16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);
const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const text = (value: string): Buffer => Buffer.concat([int16(value.length), Buffer.from(value)]);

/** An OffsetCommit request up to its generation, as the two clients write it. */
const commitOf = (version: 5 | 8, group: string, generation: number): Buffer => {
  const length = group.length + 1;
  const compact = length < 0x80 ? [length] : [(length & 0x7f) | 0x80, length >> 7];
  return Buffer.concat([
    int32(0),
    int16(8),
    int16(version),
    int32(7),
    text('waybill'),
    ...(version === 8 ? [Buffer.from([0]), Buffer.from(compact), Buffer.from(group)] : [text(group)]),
    int32(generation),
  ]);
};

const kind = 'kafka.offsetCommitRequest';

test.each([5, 8] as const)('version %d: a commit of a member is told from the first offsets of a group', (version) => {
  for (const group of ['g', 'g'.repeat(300)]) {
    expect(isCommitOfMember({ kind, bytes: commitOf(version, group, 3) })).toBe(true);
    expect(isCommitOfMember({ kind, bytes: commitOf(version, group, -1) })).toBe(false);
  }
});

test('another request is none', () => {
  expect(isCommitOfMember({ kind: 'kafka.fetchRequest', bytes: commitOf(5, 'g', 3) })).toBe(false);
});
