import type { Broker, fetchV12 } from '@platformatic/kafka';
import { createCarefulFetch } from '../careful-fetch.ts';
import type { CarefulFetch, FetchPart } from '../careful-fetch.ts';
import type { MemberOptions } from '../kafka-member.ts';
import { recordsDeleted } from '../records-deleted.ts';
import { undecodable } from '../undecodable.ts';
import { createBackoff } from './backoff.ts';
import type { Backoff } from './backoff.ts';
import type { TopicLayout } from './cluster.ts';
import type { Connections } from './connections.ts';
import { errorName, wholeAnswer } from './error-name.ts';
import { firstOffsets } from './first-offsets.ts';
import { refusals } from './group-membership.ts';
import { createPositions } from './positions.ts';
import type { Positions } from './positions.ts';
import { readRecords } from './read-records.ts';
import type { RequestContext } from './request-context.ts';

type FetchResponsePartition = fetchV12.FetchResponsePartition;

/** Its `connections` are for all but the fetches. */
export interface FetcherOptions extends RequestContext {
  readonly options: MemberOptions;
  /** Of the fetcher alone: a fetch that waits for records keeps its connection busy. */
  readonly fetches: Connections;
  /** The topic is gone, or may not be read. */
  readonly onRefused: (error: Error) => void;
  readonly signal: AbortSignal;
}

/** Reads what is assigned: one fetch at a time from each leader, asked for exactly the partitions that are wanted now. */
export interface Fetcher extends Pick<Positions, 'assign' | 'hold' | 'pause' | 'resume'> {}

export function createFetcher(context: FetcherOptions): Fetcher {
  const { options, cluster, signal, settings } = context;
  const { topic } = options;
  const positions = createPositions();
  const careful = carefulFetchOf(context);
  const open = new Set<string>();
  const backoffs = new Map<string, Backoff>();
  const preparing = createBackoff(settings.clock, signal);
  let layout: TopicLayout | undefined;
  let isPreparing = false;

  const refuse = (error: Error): never => {
    if (refusals.has(errorName(error) ?? '')) context.onRefused(error);
    throw error;
  };
  const prepare = async (): Promise<void> => {
    isPreparing = true;
    try {
      layout = await cluster.layoutOf(topic).catch(refuse);
      await placeAnew(context, positions);
      if (lacksLeader(layout, positions.wanted())) throw new TypeError('A partition has no leader now.');
      preparing.reset();
    } catch {
      cluster.forgetTopic(topic);
      await preparing.wait();
    }
    isPreparing = false;
    goOn();
  };
  const poll = async (leader: Broker, wanted: ReadonlyMap<number, number>): Promise<void> => {
    const name = nameOf(leader);
    const backoff = backoffs.get(name) ?? createBackoff(settings.clock, signal);
    backoffs.set(name, backoff);
    open.add(name);
    try {
      deliver(context, positions, wanted, await careful(wanted, (part) => fetchFrom(context, leader, part)));
      backoff.reset();
    } catch (error) {
      layout = undefined;
      cluster.forgetTopic(topic);
      // Of a topic that is gone the next look at it tells: a broker may only have not heard of a partition yet.
      if (error instanceof Error && errorName(error) === 'TOPIC_AUTHORIZATION_FAILED') context.onRefused(error);
      await backoff.wait();
    }
    open.delete(name);
    goOn();
  };
  const goOn = (): void => {
    if (signal.aborted) return;
    const wanted = positions.wanted();
    const isUnprepared = positions.unplaced().partitions.size > 0 || lacksLeader(layout, wanted);
    if (isUnprepared && !isPreparing) void prepare();
    for (const [leader, own] of byLeader(layout, wanted)) {
      if (!open.has(nameOf(leader))) void poll(leader, own);
    }
  };
  const after =
    <Arguments extends readonly unknown[]>(change: (...args: Arguments) => void) =>
    (...args: Arguments): void => {
      change(...args);
      goOn();
    };
  return {
    assign: after(positions.assign),
    hold: positions.hold,
    pause: positions.pause,
    resume: after(positions.resume),
  };
}

/** Hands on what came, in the order of each partition; then tells of a partition that did not come. */
function deliver(
  { options, platformatic, signal }: FetcherOptions,
  positions: Positions,
  wanted: ReadonlyMap<number, number>,
  answers: readonly FetchResponsePartition[],
): void {
  for (const answer of answers) {
    const { partitionIndex: partition, errorCode } = answer;
    const from = wanted.get(partition);
    if (from === undefined || signal.aborted) continue;
    if (errorCode === offsetOutOfRange) positions.displace(partition, from);
    if (errorCode !== 0) continue;
    const { records, nextOffset } = readRecords(answer, from);
    if (nextOffset === from || !positions.advance(partition, from, nextOffset)) continue;
    if (records.length > 0) options.listener.onRecords(partition, records);
    options.listener.onPassed(partition, nextOffset);
  }
  const failed = answers.find(({ errorCode }) => errorCode !== 0 && errorCode !== offsetOutOfRange);
  if (failed !== undefined) throw new platformatic.ProtocolError(failed.errorCode);
}

function carefulFetchOf({ options, settings, signal }: FetcherOptions): CarefulFetch<FetchResponsePartition> {
  return createCarefulFetch({
    ...options,
    clock: settings.clock,
    waitMs: () => options.fetchWaitMs,
    signal,
    onUndecodable: (partition, offset, error) => {
      options.listener.onTrouble(undecodable(options, partition, offset, error));
    },
  });
}

/** A partition whose offset was gone goes on behind it only where the broker has deleted what was to be read. */
async function placeAnew(context: FetcherOptions, positions: Positions): Promise<void> {
  const { options } = context;
  const { share, partitions } = positions.unplaced();
  if (partitions.size === 0) return;
  const places = await firstOffsets(context, options, partitions);
  positions.place(share, places);
  for (const [partition, lostAt] of partitions) {
    const to = places.get(partition);
    if (lostAt === undefined || to === undefined || to <= lostAt) continue;
    options.listener.onTrouble(recordsDeleted(options, partition, lostAt, to));
  }
}

const offsetOutOfRange = 1;

const nameOf = ({ host, port }: Broker): string => `${host}:${port}`;

const lacksLeader = (layout: TopicLayout | undefined, wanted: ReadonlyMap<number, number>): boolean =>
  [...wanted.keys()].some((partition) => layout?.leaders[partition] === undefined);

function byLeader(
  layout: TopicLayout | undefined,
  wanted: ReadonlyMap<number, number>,
): ReadonlyMap<Broker, ReadonlyMap<number, number>> {
  const groups = new Map<Broker, Map<number, number>>();
  for (const [partition, offset] of wanted) {
    const leader = layout?.leaders[partition];
    if (leader === undefined) continue;
    groups.set(leader, (groups.get(leader) ?? new Map<number, number>()).set(partition, offset));
  }
  return groups;
}

async function fetchFrom(
  { platformatic, options, fetches, settings }: FetcherOptions,
  leader: Broker,
  { offsets, partitionBytesMax, waitMs }: FetchPart,
): Promise<readonly FetchResponsePartition[]> {
  const { fetchV12, FetchIsolationLevels } = platformatic;
  const { topic, fetchBytesMax } = options;
  const partitions = [...offsets].map(([partition, offset]) => ({
    partition,
    currentLeaderEpoch: -1,
    fetchOffset: BigInt(offset),
    lastFetchedEpoch: -1,
    partitionMaxBytes: partitionBytesMax,
  }));
  const answer = await fetches.request(leader, waitMs + settings.requestTimeoutMs, (connection) =>
    wholeAnswer(
      fetchV12.api.async(
        connection,
        waitMs,
        1,
        fetchBytesMax,
        FetchIsolationLevels.READ_COMMITTED,
        noSession.id,
        noSession.epoch,
        [{ topicId: topic, partitions }],
        [],
        '',
      ),
    ),
  );
  if (answer.errorCode !== 0) throw new platformatic.ProtocolError(answer.errorCode);
  return answer.responses.flatMap((one) => one.partitions);
}

/** Every fetch names all its partitions: what is wanted changes with every pause. */
const noSession = { id: 0, epoch: -1 } as const;
