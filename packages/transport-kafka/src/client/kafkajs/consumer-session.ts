import { atMost, createDoorbell } from '@waybill/core/driver';
import kafkajs from 'kafkajs';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { KafkaTransportError } from '../../kafka-error.ts';
import type { KafkaClock } from '../../time/system-clock.ts';
import type { KafkaMember, MemberOptions } from '../kafka-member.ts';
import { commitRefused } from './commit-refused.ts';
import { createFetchGuard } from './fetch-guard.ts';
import { createFetchTracker } from './fetch-tracker.ts';
import type { FetchTracker } from './fetch-tracker.ts';
import { createJoins } from './joins.ts';
import type { Joins } from './joins.ts';
import { readBatch } from './read-batch.ts';
import { createSessionShare } from './session-share.ts';
import type { SessionShare } from './session-share.ts';
import { steadyAssigner } from './steady-assigner.ts';
import type { SteadyAssignerOptions } from './steady-assigner.ts';

/** Errors of a fetch are tried again so often, from 100 ms to a second apart; then kafkajs gives up, and a new session begins. */
const retry = { initialRetryTime: 100, maxRetryTime: 1000, retries: 5 };
/** How long added partitions may go unnoticed. */
const metadataMaxAge = 30_000;
/** A member that leaves while it joins is forgotten by the group only when its session ends. */
const joinMsMax = 4000;

export interface SessionOptions {
  readonly kafka: Pick<Kafka, 'consumer'>;
  readonly clock: KafkaClock;
  readonly member: MemberOptions;
  readonly onJoined: () => void;
}

/** One consumer of kafkajs from its start to its crash. */
export interface ConsumerSession extends KafkaMember {
  /** Why nothing comes of it any more. */
  readonly crashed: Promise<unknown>;
}

/**
 * A consumer as a feeder: every batch is handed over and counted as read at once, and nothing is committed but what we say
 * (kafka-facts.md §2). Rejects when the topic or the brokers cannot be had.
 */
export async function startSession({ kafka, clock, member, onJoined }: SessionOptions): Promise<ConsumerSession> {
  const { topic, listener } = member;
  const crash = Promise.withResolvers<unknown>();
  const joined = Promise.withResolvers<void>();
  const closing = new AbortController();
  const bell = createDoorbell(clock);
  const fetches = createFetchTracker(clock);
  const joins = createJoins(listener);
  const guard = createFetchGuard({ clock, member, signal: closing.signal });
  const claim = (): readonly number[] => {
    joins.attempt();
    const busy = new Set(listener.busyPartitions());
    return share.partitions().toSorted((one, other) => Number(busy.has(other)) - Number(busy.has(one)));
  };
  const consumer = createConsumer(kafka, member, {
    claim,
    fetches,
    beforeJoin: joins.before,
    onTopicGone: crash.resolve,
    guard: guard.watch,
  });
  const share = createSessionShare({
    listener,
    fetches,
    seek: (partition, offset) => consumer.seek({ topic, partition, offset: String(offset) }),
    onDoubt: () => crash.resolve(new KafkaTransportError('member-down', `A position in "${topic}" is in doubt.`)),
  });
  /** Of the last batch: unlike the consumer's own, which repeats a refused commit under the generation after it. */
  let commitOffsets: EachBatchPayload['commitOffsetsIfNecessary'] | undefined;

  /** With nothing to read kafkajs would sleep out the wait of a fetch, whatever is resumed meanwhile. */
  const untilResumed = async (heartbeat: () => Promise<void>): Promise<void> => {
    while (share.isAllPaused() && !closing.signal.aborted) {
      await bell.wait(member.heartbeatMs / 2, closing.signal);
      await heartbeat();
    }
  };

  const eachBatch = async (payload: EachBatchPayload): Promise<void> => {
    const { batch } = payload;
    commitOffsets = (offsets) => payload.commitOffsetsIfNecessary(offsets);
    // What is not resolved is read again.
    if (closing.signal.aborted || !share.has(batch.partition) || payload.isStale() || !fetches.isFresh()) return;
    listener.onRecords(batch.partition, readBatch(batch.messages));
    listener.onPassed(batch.partition, Number(batch.lastOffset()) + 1);
    payload.resolveOffset(batch.lastOffset());
    await untilResumed(() => payload.heartbeat());
  };

  listen(consumer, { member, fetches, share, joins, mayCommit: () => commitOffsets !== undefined });
  consumer.on(consumer.events.GROUP_JOIN, () => joined.resolve());
  consumer.on(consumer.events.GROUP_JOIN, onJoined);
  consumer.on(consumer.events.CRASH, ({ payload }) => crash.resolve(payload.error));
  await connect(consumer, member);
  // Resolves when the group has been joined, which others may delay.
  consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch }).catch(crash.resolve);

  return {
    pause: (partitions) => {
      share.pause(partitions);
      ifRunning(() => consumer.pause([{ topic, partitions: [...partitions] }]));
    },
    resume: (partitions) => {
      share.resume(partitions);
      ifRunning(() => consumer.resume([{ topic, partitions: [...partitions] }]));
      bell.ring();
    },
    commit: (offsets) => commitWith(commitOffsets, member, offsets),
    close: async () => {
      closing.abort();
      await atMost(joinMsMax, Promise.race([joined.promise, crash.promise]), clock);
      const disconnected = consumer.disconnect();
      // By now it begins no other.
      guard.end();
      await disconnected;
    },
    crashed: crash.promise,
  };
}

function createConsumer(
  kafka: Pick<Kafka, 'consumer'>,
  member: MemberOptions,
  options: SteadyAssignerOptions,
): Consumer {
  return kafka.consumer({
    groupId: member.groupId,
    // The group takes the first that all its members know: others may have come with kafkajs alone.
    partitionAssigners: [steadyAssigner(options), kafkajs.PartitionAssigners.roundRobin],
    sessionTimeout: member.sessionTimeoutMs,
    rebalanceTimeout: member.rebalanceTimeoutMs,
    heartbeatInterval: member.heartbeatMs,
    maxWaitTimeInMs: member.fetchWaitMs,
    maxBytes: member.fetchBytesMax,
    maxBytesPerPartition: member.partitionBytesMax,
    metadataMaxAge,
    allowAutoTopicCreation: false,
    // Its own restart is silent, and may not come (kafka-facts.md §2, crash).
    retry: { ...retry, restartOnFailure: () => Promise.resolve(false) },
  });
}

async function connect(consumer: Consumer, { topic, startFrom }: MemberOptions): Promise<void> {
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: startFrom === 'earliest' });
  } catch (error) {
    await consumer.disconnect().catch(() => undefined);
    throw error;
  }
}

async function commitWith(
  commitOffsets: EachBatchPayload['commitOffsetsIfNecessary'] | undefined,
  { topic, groupId }: MemberOptions,
  offsets: ReadonlyMap<number, number>,
): Promise<void> {
  if (commitOffsets === undefined) throw new KafkaTransportError('member-down', `Nothing of "${topic}" was read yet.`);
  const partitions = [...offsets].map(([partition, offset]) => ({ partition, offset: String(offset) }));
  try {
    await commitOffsets({ topics: [{ topic, partitions }] });
  } catch (error) {
    throw commitRefused(groupId, error);
  }
}

/** One that is about to tell of its crash has no partitions already, and refuses. */
function ifRunning(change: () => void): void {
  try {
    change();
  } catch {
    // Its next session begins without pauses.
  }
}

interface SessionParts {
  readonly member: MemberOptions;
  readonly fetches: FetchTracker;
  readonly share: SessionShare;
  readonly joins: Joins;
  /** Not before a batch was handed over. */
  readonly mayCommit: () => boolean;
}

/** Listeners run before kafkajs goes on. */
function listen(consumer: Consumer, { member, fetches, share, joins, mayCommit }: SessionParts): void {
  const { events } = consumer;
  const { topic, listener } = member;
  let answerAgeMs = 0;
  consumer.on(events.FETCH_START, ({ payload }) => fetches.started(payload.nodeId));
  consumer.on(events.FETCH, ({ payload }) => fetches.answered(payload.nodeId));
  // A batch without a record for us is never handed over.
  consumer.on(events.START_BATCH_PROCESS, ({ payload: { partition, batchSize, lastOffset } }) => {
    const isOurs = mayCommit() && share.has(partition) && fetches.isFresh();
    if (batchSize === 0 && isOurs) listener.onPassed(partition, Number(lastOffset) + 1);
  });
  consumer.on(events.REQUEST, ({ payload }) => {
    if (payload.apiName === 'Heartbeat' || payload.apiName === 'SyncGroup') answerAgeMs = payload.duration;
  });
  consumer.on(events.HEARTBEAT, () => listener.onHeartbeat(answerAgeMs));
  consumer.on(events.REBALANCING, () => {
    fetches.ended();
    joins.announce();
  });
  consumer.on(events.GROUP_JOIN, ({ payload }) => {
    listener.onHeartbeat(answerAgeMs);
    const partitions = payload.memberAssignment[topic] ?? [];
    joins.joined();
    share.assign({ memberId: payload.memberId, generation: joins.count(), partitions });
  });
}
