/** A record as it was read. `key`, `value` and header values are views: nobody changes them. */
export interface FetchedRecord {
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  /** `null` is a tombstone. */
  readonly value: Uint8Array | null;
  readonly headers: readonly (readonly [name: string, value: Uint8Array | null])[];
}

/** What a member has been given until the next change of its group. */
export interface Assignment {
  readonly memberId: string;
  /** Counts the changes. More than one further than the last: the member has missed one, in which its partitions may have been another's. */
  readonly generation: number;
  readonly partitions: readonly number[];
}

/** Called synchronously and never twice at once. */
export interface MemberListener {
  /**
   * The group is about to be shared anew. The member joins again when this resolves, which takes less than half of the session: until then what is
   * in flight may end, and a commit still counts. Not called where the broker takes partitions away without asking.
   */
  readonly onRebalancing: () => Promise<void>;
  /** Partitions whose records are being handled: where a client can, they stay, because what is in flight on one that moves is handled twice. */
  readonly busyPartitions: () => readonly number[];
  /** Nothing that was read is unfinished or uncommitted, and no partition is paused: the next fetch may wait until something comes. */
  readonly isIdle: () => boolean;
  /**
   * The new share, before any record of it. Answers the next offset to read of the partitions that go on where they were; the others begin
   * at what is committed, or at `startFrom`.
   */
  readonly onAssigned: (assignment: Assignment) => ReadonlyMap<number, number>;
  /** Records of one partition in their order, only of partitions that are assigned and not paused when the fetch answers. */
  readonly onRecords: (partition: number, records: readonly FetchedRecord[]) => void;
  /** What lies before `nextOffset` and was not handed over holds no record: the marks of transactions, and what an aborted one has written. */
  readonly onPassed: (partition: number, nextOffset: number) => void;
  /**
   * The coordinator has answered what was asked `ageMs` ago: a heartbeat, or a join before `onAssigned`. Its session counts from when it was
   * asked, and in a process that stands still an answer may lie about for long.
   */
  readonly onHeartbeat: (ageMs: number) => void;
  /** Something stands in the way of reading, and the member goes on with everything else; told again as long as it lasts. */
  readonly onTrouble: (error: Error) => void;
  /** The member is out of its group and has nothing any more; the client comes back by itself. */
  readonly onDown: (error: unknown) => void;
}

export interface MemberOptions {
  readonly groupId: string;
  readonly topic: string;
  /** Where a partition without a committed offset begins. */
  readonly startFrom: 'earliest' | 'latest';
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatMs: number;
  /** Longest wait of one fetch: also how long a resumed partition may wait for its first records. */
  readonly fetchWaitMs: number;
  readonly fetchBytesMax: number;
  readonly partitionBytesMax: number;
  /** Static membership: the same name over restarts. */
  readonly instanceId: string | undefined;
  readonly listener: MemberListener;
}

/** One member of a consumer group on one topic. It reads, commits nothing by itself and handles nothing. */
export interface KafkaMember {
  readonly pause: (partitions: readonly number[]) => void;
  readonly resume: (partitions: readonly number[]) => void;
  /**
   * Commits the next offset to read of each partition, under the present generation. Rejects with `fenced` when the group has gone on
   * without this member. The broker does not check who owns the partition: the caller does.
   */
  readonly commit: (offsets: ReadonlyMap<number, number>) => Promise<void>;
  /** Leaves the group and stops reading. Idempotent. */
  readonly close: () => Promise<void>;
}
