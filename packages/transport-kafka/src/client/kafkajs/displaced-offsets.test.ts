import { expect, test } from 'vitest';
import type { MemberListener } from '../kafka-member.ts';
import { createDisplacedOffsets } from './displaced-offsets.ts';

const refused = (partition: number) => Object.assign(new Error('gone'), { name: 'KafkaJSOffsetOutOfRange', partition });

const openStage = (startFrom: 'earliest' | 'latest', log: { low: number; high: number }) => {
  const troubles: string[] = [];
  const nothing = (): void => undefined;
  const listener: MemberListener = {
    onRebalancing: () => Promise.resolve(),
    busyPartitions: () => [],
    isIdle: () => false,
    onAssigned: () => new Map(),
    onRecords: nothing,
    onPassed: nothing,
    onHeartbeat: nothing,
    onDown: nothing,
    onTrouble: ({ message }) => troubles.push(message),
  };
  const displaced = createDisplacedOffsets({ groupId: 'g', topic: 't', startFrom, listener });
  const broker = {
    listOffsets: async ({
      topics,
    }: {
      readonly topics: readonly { readonly partitions: readonly { readonly timestamp: string }[] }[];
    }) => {
      const offset = String(topics[0]?.partitions[0]?.timestamp === '-2' ? log.low : log.high);
      return { responses: [{ topic: 't', partitions: [{ partition: 1, offset }] }] };
    },
  };
  return { displaced, broker, troubles };
};

test.each(['earliest', 'latest'] as const)(
  'behind what was deleted a group goes on with the first record there is, and is told of (%s)',
  async (startFrom) => {
    const { displaced, broker, troubles } = openStage(startFrom, { low: 10, high: 20 });
    const asked = new Map([
      [0, 7],
      [1, 3],
    ]);
    expect(await displaced.moveOn(broker, asked, refused(1))).toEqual(
      new Map([
        [0, 7],
        [1, 10],
      ]),
    );
    expect(troubles).toEqual([expect.stringMatching(/^Offsets 3 to 9 of partition 1 .* goes on at 10\.$/u)]);
    expect([displaced.placeOf(0, 7), displaced.placeOf(1, 3)]).toEqual([7, 10]);
  },
);

test('where the log itself ends before the offset a group begins as it was told to, and nothing was deleted', async () => {
  for (const [startFrom, place] of [
    ['earliest', 0],
    ['latest', 5],
  ] as const) {
    const { displaced, broker, troubles } = openStage(startFrom, { low: 0, high: 5 });
    expect(await displaced.moveOn(broker, new Map([[1, 30]]), refused(1))).toEqual(new Map([[1, place]]));
    expect(troubles).toEqual([]);
  }
});

test('more may be deleted before anything was read, and once something was the old offset means itself again', async () => {
  const log = { low: 10, high: 20 };
  const { displaced, broker } = openStage('earliest', log);
  const asked = await displaced.moveOn(broker, new Map([[1, 3]]), refused(1));
  log.low = 15;
  await displaced.moveOn(broker, asked, refused(1));
  expect(displaced.placeOf(1, 3)).toBe(15);
  expect(displaced.placeOf(1, 16)).toBe(16);
  expect(displaced.placeOf(1, 3)).toBe(3);
});

test('any other error stays what it is', async () => {
  const { displaced, broker } = openStage('earliest', { low: 0, high: 5 });
  const other = new Error('closed');
  await expect(displaced.moveOn(broker, new Map([[1, 3]]), other)).rejects.toBe(other);
});
