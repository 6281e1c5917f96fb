import { atMost, pause } from '@waybill/core/driver';
import type { Receipt, ReceiverOptions } from '@waybill/core/driver';
import type { KafkaClient } from '../client/kafka-client.ts';
import type { KafkaMember, MemberListener, MemberOptions } from '../client/kafka-member.ts';
import { KafkaTransportError } from '../kafka-error.ts';
import { readRecord } from '../message/read-record.ts';
import type { KafkaClock } from '../time/system-clock.ts';
import { createCommitter } from './committer.ts';
import type { PartitionQueue } from './partition-queue.ts';
import { createReadingPace } from './reading-pace.ts';
import { createSessionWatch } from './session-watch.ts';
import { createShare } from './share.ts';
import type { Share } from './share.ts';

/** A broker that does not answer must keep no process from ending. */
const leaveMsMax = 5000;
/** Fetches of a partition that may wait here: enough for a resumed one to be read again before it is empty. */
const fetchesWaiting = 4;
const idlePollMs = 5;
const leaveCommitsMax = 3;

export interface MembershipOptions extends Omit<MemberOptions, 'listener'> {
  readonly client: Pick<KafkaClient, 'openMember'>;
  readonly clock: KafkaClock;
  /** How often finished work is committed, at most. */
  readonly commitMs: number;
  /** How long handlers may go on before the group is shared anew. */
  readonly handOverMs: number;
  /** Most records of a partition from its first unfinished one on. */
  readonly windowMax: number;
  readonly onLost: ReceiverOptions['onLost'];
  /** There may be something to hand out. */
  readonly onArrival: () => void;
  readonly onFailure: (error: unknown) => void;
}

/** What one member of the group has, and whether it still has it. */
export interface Membership {
  /** Resolves when the member is on its way into the group. Called once. */
  readonly join: () => Promise<void>;
  /** False while what is handed out could be another's in a moment, or is by now. */
  readonly mayHandOut: () => boolean;
  /** The group counts on this member: it has joined, and its last heartbeat is not older than a session. */
  readonly isIn: () => boolean;
  readonly queues: () => readonly PartitionQueue[];
  /** Something was taken. */
  readonly taken: () => void;
  /** Something was finished or given back. */
  readonly settled: () => void;
  /** Commits what is finished, and gives everything back to the group. */
  readonly leave: () => Promise<void>;
}

export function createMembership(options: MembershipOptions): Membership {
  const { client, clock, groupId, topic, windowMax, partitionBytesMax, sessionTimeoutMs, onLost, onFailure } = options;
  let member: KafkaMember | undefined;
  const share = createShare({
    readerOf: (partition) => (record) => readRecord(record, { topic, partition }),
    windowMax,
    bufferBytesMax: fetchesWaiting * partitionBytesMax,
  });
  const pace = createReadingPace(() => member);
  const lose = (receipts: readonly Receipt[]): void => {
    if (receipts.length > 0) onLost(receipts);
  };
  const watch = createSessionWatch({
    clock,
    sessionTimeoutMs,
    onExpired: () => {
      const text = `No heartbeat of group "${groupId}" was answered in ${sessionTimeoutMs} ms: nothing is handed out.`;
      onFailure(new KafkaTransportError('member-down', text));
      // Another member may have the partitions. If not, which the next heartbeat tells, what was read is still here.
      lose(share.queues().flatMap((queue) => queue.takeBack(clock.monotonic())));
    },
  });
  const committer = createCommitter({
    ...options,
    queues: share.queues,
    commit: (offsets) => member?.commit(offsets) ?? Promise.reject(notJoined(groupId)),
  });
  const change = { isOn: false };
  const listener = listenerOf({ ...options, change, share, pace, watch, committer, lose });

  return {
    join: async () => {
      member = await client.openMember({ ...options, listener });
      pace.begin(share.queues());
    },
    mayHandOut: () => !change.isOn && watch.isAlive(),
    isIn: watch.isAlive,
    queues: share.queues,
    taken: () => pace.quicken(share.queues()),
    settled: () => {
      const queues = share.queues();
      pace.quicken(queues);
      committer.touch(queues.every((queue) => queue.isDrained));
    },
    leave: async () => {
      committer.stop();
      await commitAtLeave({ clock, change, committer, share });
      watch.stop();
      share.drop();
      await atMost(leaveMsMax, member?.close() ?? Promise.resolve(), clock);
    },
  };
}

interface LeavingParts extends Pick<ListenerParts, 'change' | 'committer' | 'share'> {
  readonly clock: KafkaClock;
}

/** While the group is being shared anew a commit may be refused, and counts once this member has its new share. */
async function commitAtLeave({ clock, change, committer, share }: LeavingParts): Promise<void> {
  const untilMs = clock.monotonic() + leaveMsMax;
  const isInTime = (): boolean => clock.monotonic() < untilMs;
  const isDone = (): boolean => share.queues().every(({ uncommitted }) => uncommitted === undefined);
  for (let attempt = 0; attempt < leaveCommitsMax && !isDone() && isInTime(); attempt += 1) {
    if (attempt > 0) await pause(clock, idlePollMs);
    while (change.isOn && isInTime()) await pause(clock, idlePollMs);
    await atMost(untilMs - clock.monotonic(), committer.commitNow(), clock);
  }
}

/** What is in flight when a partition moves is handled again by its next member: so the handlers of short work may end first. */
async function untilIdle(share: Share, clock: KafkaClock, limitMs: number): Promise<void> {
  const untilMs = clock.monotonic() + limitMs;
  const isBusy = (): boolean => share.queues().some((queue) => queue.holding.inFlight > 0);
  while (isBusy() && clock.monotonic() < untilMs) await pause(clock, idlePollMs);
}

interface ListenerParts extends Pick<
  MembershipOptions,
  'clock' | 'handOverMs' | 'rebalanceTimeoutMs' | 'sessionTimeoutMs' | 'onArrival' | 'onFailure'
> {
  /** The group is being shared anew. */
  readonly change: { isOn: boolean };
  readonly share: Share;
  readonly pace: ReturnType<typeof createReadingPace>;
  readonly watch: ReturnType<typeof createSessionWatch>;
  readonly committer: ReturnType<typeof createCommitter>;
  readonly lose: (receipts: readonly Receipt[]) => void;
}

function listenerOf(parts: ListenerParts): MemberListener {
  const { clock, handOverMs, rebalanceTimeoutMs, sessionTimeoutMs, onArrival, onFailure } = parts;
  const { change, share, pace, watch, committer, lose } = parts;
  return {
    busyPartitions: () =>
      share
        .queues()
        .filter((queue) => queue.holding.inFlight > 0)
        .map(({ partition }) => partition),
    isIdle: () => share.queues().every((queue) => queue.isDrained && queue.uncommitted === undefined),
    onRebalancing: async () => {
      change.isOn = true;
      watch.allow(rebalanceTimeoutMs);
      // Accepted as long as it reaches the coordinator before this member joins anew (kafka-facts.md §2).
      void committer.commitNow();
      await untilIdle(share, clock, handOverMs);
      // Sent before the join it is accepted all the same; a coordinator that stands still must not cost the session.
      await atMost(sessionTimeoutMs / 8, committer.commitNow(), clock);
    },
    onAssigned: (assignment) => {
      change.isOn = false;
      const { lost, positions } = share.assign(assignment);
      pace.begin(share.queues());
      lose(lost);
      onArrival();
      return positions;
    },
    onRecords: (partition, records) => {
      const { lost, queue } = share.arrive(partition, records);
      lose(lost);
      if (queue === undefined) return;
      pace.slow(queue);
      onArrival();
    },
    onPassed: (partition, nextOffset) => {
      const queue = share.queues().find((one) => one.partition === partition);
      queue?.passTo(nextOffset);
      if (queue?.isDrained === true && queue.uncommitted !== undefined) committer.touch(true);
    },
    onHeartbeat: (ageMs) => {
      const wasAlive = watch.isAlive();
      watch.beat(ageMs);
      if (!wasAlive) onArrival();
    },
    onTrouble: onFailure,
    onDown: (error) => {
      change.isOn = false;
      watch.stop();
      lose(share.drop());
      onFailure(error);
    },
  };
}

function notJoined(groupId: string): KafkaTransportError {
  return new KafkaTransportError('member-down', `No member of group "${groupId}" is open.`);
}
