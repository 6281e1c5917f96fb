import type { KafkaClock } from '../../time/system-clock.ts';

/** A broker that is gone has no next fetch; by then what its last one brought has been handled. */
const handledMs = 1000;
/** No fetch waits for its answer as long as this. */
const openMs = 60_000;

/** kafkajs calls a broker by a number in the types of its events, and by a text otherwise. */
type NodeId = number | string;

/** Tells of what kafkajs hands over whether it was asked for before the last join: it says nothing about that itself. */
export interface FetchTracker {
  readonly started: (nodeId: NodeId) => void;
  readonly answered: (nodeId: NodeId) => void;
  /** Its broker is there: from now on it may bring something. */
  readonly connected: (nodeId: NodeId) => void;
  /** Its broker cannot be had, and kafkajs gives it up without a word. It brings nothing if it was not under way already. */
  readonly refused: (nodeId: NodeId) => void;
  readonly joined: () => void;
  /** Every fetch has ended, and what it brought was handled. */
  readonly ended: () => void;
  /**
   * What is handed over now was certainly asked for after the last join. A fetch of before may bring a partition that was lost since and has come
   * back, from where this member was and not from what is committed: to go on there would lose what is between.
   */
  readonly isFresh: () => boolean;
  /** Every broker has been asked since the last join, and has answered: positions that were set then have been used. */
  readonly isSettled: () => boolean;
}

interface OpenFetch {
  readonly join: number;
  readonly startedAtMs: number;
  answeredAtMs: number | undefined;
  isConnected: boolean;
  isRefused: boolean;
  /** The last join after which this broker was asked and has answered. */
  answeredJoin: number;
}

/** kafkajs has one fetch to a broker at a time, and handles what it brought before the next one to that broker. */
export function createFetchTracker(clock: Pick<KafkaClock, 'monotonic'>): FetchTracker {
  const fetches = new Map<string, OpenFetch>();
  let joins = 0;

  const isOver = ({ startedAtMs, answeredAtMs, isRefused }: OpenFetch): boolean => {
    const nowMs = clock.monotonic();
    return (
      isRefused || nowMs - startedAtMs > openMs || (answeredAtMs !== undefined && nowMs - answeredAtMs > handledMs)
    );
  };

  return {
    started: (nodeId) => {
      const answeredJoin = fetches.get(String(nodeId))?.answeredJoin ?? -1;
      const startedAtMs = clock.monotonic();
      const fresh = { join: joins, startedAtMs, answeredAtMs: undefined, isConnected: false, isRefused: false };
      fetches.set(String(nodeId), { ...fresh, answeredJoin });
    },
    connected: (nodeId) => {
      const fetch = fetches.get(String(nodeId));
      if (fetch !== undefined) fetch.isConnected = true;
    },
    refused: (nodeId) => {
      const fetch = fetches.get(String(nodeId));
      if (fetch !== undefined && !fetch.isConnected) fetch.isRefused = true;
    },
    answered: (nodeId) => {
      const fetch = fetches.get(String(nodeId));
      if (fetch === undefined) return;
      fetch.answeredAtMs ??= clock.monotonic();
      fetch.answeredJoin = fetch.join;
    },
    joined: () => {
      joins += 1;
    },
    ended: () => fetches.clear(),
    isFresh: () => [...fetches.values()].every((fetch) => fetch.join === joins || isOver(fetch)),
    isSettled: () => {
      const since = [...fetches.values()].filter(({ join }) => join === joins);
      return since.length > 0 && since.every(({ answeredJoin }) => answeredJoin === joins);
    },
  };
}
