import type { Receipt } from '@waybill/core/driver';
import type { Assignment, FetchedRecord } from '../client/kafka-member.ts';
import { PartitionQueue } from './partition-queue.ts';
import type { PartitionQueueOptions } from './partition-queue.ts';

/** What the group has given to this member until the next change. */
export interface Share {
  readonly queues: () => readonly PartitionQueue[];
  /**
   * A new share. What stays goes on where it is, if the member was in the group all the while; everything else begins anew. Answers what core
   * has lost by it, and where those that go on are to be read next.
   */
  readonly assign: (assignment: Assignment) => ShareChange;
  /** False for a partition that is not of the share. */
  readonly arrive: (partition: number, records: readonly FetchedRecord[]) => Arrival;
  /** Nothing is of the share any more; answers what core has lost by it. */
  readonly drop: () => readonly Receipt[];
}

export interface ShareChange {
  readonly lost: readonly Receipt[];
  readonly positions: ReadonlyMap<number, number>;
}

export interface Arrival {
  readonly lost: readonly Receipt[];
  /** `undefined` for a partition that is not of the share. */
  readonly queue: PartitionQueue | undefined;
}

export interface ShareOptions extends Omit<PartitionQueueOptions, 'partition' | 'read'> {
  readonly readerOf: (partition: number) => PartitionQueueOptions['read'];
}

export function createShare(options: ShareOptions): Share {
  let last: Assignment | undefined;
  let queues = new Map<number, PartitionQueue>();

  const open = (partition: number): PartitionQueue =>
    new PartitionQueue({ ...options, partition, read: options.readerOf(partition) });

  /** In a generation that this member has missed, another one may have had them. */
  const goesOn = ({ memberId, generation }: Assignment): boolean =>
    last !== undefined && memberId === last.memberId && generation - last.generation <= 1;

  return {
    queues: () => [...queues.values()],
    assign: (assignment) => {
      const kept = goesOn(assignment) ? queues : new Map<number, PartitionQueue>();
      const next = new Map(assignment.partitions.map((one) => [one, kept.get(one) ?? open(one)]));
      const lost = [...queues.values()].flatMap((queue) => (next.get(queue.partition) === queue ? [] : queue.drop()));
      last = assignment;
      queues = next;
      return { lost, positions: positionsOf(next) };
    },
    arrive: (partition, records) => {
      const queue = queues.get(partition);
      if (queue === undefined || !startsAnew(queue, records)) {
        queue?.arrive(unread(queue, records));
        return { lost: [], queue };
      }
      const anew = open(partition);
      queues.set(partition, anew);
      anew.arrive(records);
      return { lost: queue.drop(), queue: anew };
    },
    drop: () => {
      const lost = [...queues.values()].flatMap((queue) => queue.drop());
      last = undefined;
      queues = new Map();
      return lost;
    },
  };
}

/**
 * The log has no such offset any more, or never had: the topic was made anew, or a leader has lost its end. What begins behind an unfinished
 * record is no beginning, or that record would be passed over: it has been read already.
 */
function startsAnew(queue: PartitionQueue, records: readonly FetchedRecord[]): boolean {
  const [first] = records;
  if (first === undefined || first.offset >= (queue.position ?? 0)) return false;
  return first.offset <= (queue.firstUnfinished ?? Infinity);
}

/** Two fetches may have asked for the same, one of the old leader of a partition and one of its new leader. */
function unread(queue: PartitionQueue, records: readonly FetchedRecord[]): readonly FetchedRecord[] {
  const position = queue.position ?? 0;
  return (records[0]?.offset ?? position) >= position ? records : records.filter(({ offset }) => offset >= position);
}

function positionsOf(queues: ReadonlyMap<number, PartitionQueue>): ReadonlyMap<number, number> {
  return new Map(
    [...queues].flatMap(([partition, queue]) => {
      const position = queue.position;
      return position === undefined ? [] : [[partition, position] as const];
    }),
  );
}
