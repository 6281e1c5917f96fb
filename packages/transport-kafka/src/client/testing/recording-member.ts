import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaClient } from '../kafka-client.ts';
import type { Assignment, FetchedRecord, KafkaMember, MemberOptions } from '../kafka-member.ts';

export interface RecordingMember {
  readonly member: KafkaMember;
  readonly assignments: readonly Assignment[];
  /** What it has now. */
  readonly partitions: () => readonly number[];
  /** As they came, of all partitions. */
  readonly records: readonly ReceivedRecord[];
  readonly downs: readonly unknown[];
  readonly troubles: readonly Error[];
  readonly rebalances: () => number;
  readonly heartbeats: () => number;
}

export interface ReceivedRecord extends FetchedRecord {
  readonly partition: number;
  readonly text: string;
}

export type RecordingOptions = Pick<MemberOptions, 'groupId' | 'topic'> &
  Partial<Omit<MemberOptions, 'listener'>> & {
    /** Called first: what it throws, the listener throws. */
    readonly onRecords?: () => void;
    /** Default: never. */
    readonly isIdle?: () => boolean;
  };

/** A member that writes down what it is told, and goes on with what it keeps as long as it is the same member. */
export async function openRecordingMember(
  client: KafkaClient,
  { onRecords, isIdle = () => false, ...options }: RecordingOptions,
): Promise<RecordingMember> {
  const assignments: Assignment[] = [];
  const records: ReceivedRecord[] = [];
  const downs: unknown[] = [];
  const troubles: Error[] = [];
  const next = new Map<number, number>();
  let rebalances = 0;
  let heartbeats = 0;
  const member = await client.openMember({
    startFrom: 'earliest',
    sessionTimeoutMs: 3000,
    rebalanceTimeoutMs: 10_000,
    heartbeatMs: 200,
    fetchWaitMs: 100,
    fetchBytesMax: 1024 * 1024,
    partitionBytesMax: 256 * 1024,
    instanceId: undefined,
    ...options,
    listener: {
      busyPartitions: () => [],
      isIdle,
      onRebalancing: () => {
        rebalances += 1;
        return Promise.resolve();
      },
      onAssigned: (assignment) => {
        const before = assignments.at(-1);
        const isSame = before?.memberId === assignment.memberId;
        const kept = isSame ? assignment.partitions.filter((one) => before.partitions.includes(one)) : [];
        assignments.push(assignment);
        return new Map(kept.flatMap((one) => [...next].filter(([partition]) => partition === one)));
      },
      onRecords: (partition, read) => {
        onRecords?.();
        records.push(...read.map((record) => ({ ...record, partition, text: textOf(record.value) })));
        next.set(partition, (read.at(-1)?.offset ?? -1) + 1);
      },
      onHeartbeat: () => {
        heartbeats += 1;
      },
      onPassed: (partition, nextOffset) => next.set(partition, nextOffset),
      onTrouble: (error) => troubles.push(error),
      onDown: (error) => {
        downs.push(error);
        next.clear();
        assignments.push({ memberId: '', generation: -1, partitions: [] });
      },
    },
  });
  return {
    member,
    assignments,
    partitions: () => assignments.at(-1)?.partitions ?? [],
    records,
    downs,
    troubles,
    rebalances: () => rebalances,
    heartbeats: () => heartbeats,
  };
}

const textOf = (value: Uint8Array | null): string => Buffer.from(value ?? []).toString();

/** Resolves when it holds; rejects with what it was waiting for after `limitMs`. */
export async function until(what: string, holds: () => boolean, limitMs = 20_000): Promise<void> {
  const untilMs = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() > untilMs) throw new Error(`Waited ${limitMs} ms in vain: ${what}.`);
    await sleep(20);
  }
}
