import type { Cluster } from 'kafkajs';
import { KafkaTransportError } from '../../kafka-error.ts';
import type { KafkaClock } from '../../time/system-clock.ts';
import { createCarefulFetch } from '../careful-fetch.ts';
import type { FetchPart } from '../careful-fetch.ts';
import type { MemberOptions } from '../kafka-member.ts';
import { undecodable } from '../undecodable.ts';
import type { KafkajsBroker } from './cluster.ts';
import { createDisplacedOffsets } from './displaced-offsets.ts';

/** What kafkajs asks a broker for. */
interface FetchRequest {
  readonly maxWaitTime?: number;
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly FetchPartition[] }[];
}

interface FetchPartition {
  readonly partition: number;
  /** kafkajs looks at its request once more to know where the answer begins. */
  fetchOffset: string;
  readonly maxBytes: number;
}

interface FetchResponse {
  readonly responses: readonly { readonly topicName: string; readonly partitions: readonly unknown[] }[];
}

/** A broker in the hands of a consumer. */
interface ReadBroker extends Pick<KafkajsBroker, 'connectionPool' | 'listOffsets'> {
  fetch: (request: FetchRequest) => Promise<FetchResponse>;
}

export interface FetchGuardOptions {
  readonly clock: KafkaClock;
  readonly member: Pick<
    MemberOptions,
    'fetchWaitMs' | 'groupId' | 'heartbeatMs' | 'listener' | 'partitionBytesMax' | 'startFrom' | 'topic'
  >;
  /** Aborts when the consumer closes. */
  readonly signal: AbortSignal;
}

export interface FetchGuard {
  /** Whatever the consumer reads through these connections is guarded. */
  readonly watch: (cluster: Pick<Cluster, 'findBroker'>) => void;
  /** Whoever closes waits for no record: ends the fetches under way, and no other may be begun. */
  readonly end: () => void;
}

/** What a fetch fails with that nobody waits for any more. */
const ended = new KafkaTransportError('closed', 'The consumer is closing.');

/**
 * Stands between a consumer of kafkajs and its brokers, where kafkajs would go wrong: a batch in a codec that is not there ends a consumer for
 * good, whatever else it reads, and here costs its partition alone; for an offset that is gone see `createDisplacedOffsets`.
 */
export function createFetchGuard(options: FetchGuardOptions): FetchGuard {
  const guarded = new Set<ReadBroker>();
  const guard = brokerGuard(options);
  return {
    watch: (cluster) => {
      const findBroker = cluster.findBroker.bind(cluster);
      cluster.findBroker = async (node) => {
        const broker = await findBroker(node);
        // Its types leave out what kafkajs itself asks of it.
        const read = broker as unknown as ReadBroker;
        if (!guarded.has(read)) {
          guarded.add(read);
          guard(read);
        }
        return broker;
      };
    },
    end: () => {
      for (const { connectionPool } of guarded) connectionPool.pool[1]?.rejectRequests(ended);
    },
  };
}

function brokerGuard({ clock, member, signal }: FetchGuardOptions): (broker: ReadBroker) => void {
  const { topic, listener, fetchWaitMs, heartbeatMs } = member;
  const displaced = createDisplacedOffsets(member);
  const careful = createCarefulFetch<unknown>({
    ...member,
    clock,
    signal,
    // A heartbeat follows each fetch that brought nothing: a member with nothing to do asks for both as rarely as it may.
    waitMs: () => (listener.isIdle() ? Math.max(fetchWaitMs, heartbeatMs) : fetchWaitMs),
    onUndecodable: (partition, offset, error) => listener.onTrouble(undecodable(member, partition, offset, error)),
  });
  return (broker) => {
    const fetch = broker.fetch.bind(broker);
    const ask = async (request: FetchRequest, part: FetchPart): Promise<readonly unknown[]> => {
      try {
        const { responses } = await fetch({ ...request, ...partOf(topic, part) });
        return responses.flatMap(({ partitions }) => partitions);
      } catch (error) {
        if (error === ended) return [];
        const offsets = await displaced.moveOn(broker, part.offsets, error);
        return ask(request, { ...part, offsets });
      }
    };
    broker.fetch = async (request) => {
      const wanted = request.topics.flatMap(({ partitions }) => partitions);
      const placeOf = ({ partition, fetchOffset }: FetchPartition): number =>
        displaced.placeOf(partition, Number(fetchOffset));
      const offsets = new Map(wanted.map((one) => [one.partition, placeOf(one)]));
      const partitions = await careful(offsets, (part) => ask(request, part));
      for (const one of wanted) one.fetchOffset = String(placeOf(one));
      return { responses: [{ topicName: topic, partitions }] };
    };
  };
}

function partOf(topic: string, { offsets, partitionBytesMax, waitMs }: FetchPart): FetchRequest {
  const partitions = [...offsets].map(([partition, offset]) => ({
    partition,
    fetchOffset: String(offset),
    maxBytes: partitionBytesMax,
  }));
  return { maxWaitTime: waitMs, topics: [{ topic, partitions }] };
}
