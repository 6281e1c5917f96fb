import { atMost, pause } from '@waybill/core/driver';
import type { Random, Receipt } from '@waybill/core/driver';
import type { Channel, ConsumeMessage } from 'amqplib';
import type { ManagedConnection } from '../connection/managed-connection.ts';
import { reconnectDelayMs } from '../connection/reconnect-delay.ts';
import type { ReconnectPace } from '../connection/reconnect-delay.ts';
import { RabbitTransportError } from '../rabbit-error.ts';
import type { ReadMessage } from './held-message.ts';
import { openPartitionSession } from './partition-session.ts';
import type { PartitionSession, SessionEnd } from './partition-session.ts';
import { watchHold } from './watch-hold.ts';
import type { HoldLimit } from './watch-hold.ts';

/** A broker that does not answer must keep no process from ending, and no queue from being consumed again. */
const closeMsMax = 5_000;

export interface PartitionOptions extends HoldLimit {
  readonly queue: string;
  readonly partition: number;
  readonly prefetch: number;
  /** The connection for consuming. */
  readonly connection: Pick<ManagedConnection, 'openChannel' | 'onLost'>;
  /**
   * Answers with the number of active consumers, and rejects when the queue is missing. Asks elsewhere: a 404 on the consumers' own
   * connection would cost all of them.
   */
  readonly checkQueue: (queue: string) => Promise<number>;
  readonly read: (raw: ConsumeMessage, brokerVersion: string) => ReadMessage;
  readonly random: Random;
  readonly reconnectMs: ReconnectPace;
  /** How long the broker may leave something unanswered: a quorum queue whose leader is gone takes a consume and stays silent. */
  readonly connectTimeoutMs: number;
  readonly onArrival: () => void;
  readonly onLost: (receipts: readonly Receipt[]) => void;
  /** The session was lost, or could not be opened again. */
  readonly onFailure: (error: unknown) => void;
}

/** One queue of a subscription, consumed again whenever its channel is lost. */
export interface Partition {
  readonly queue: string;
  /** `undefined` while there is no channel. */
  readonly session: () => PartitionSession | undefined;
  /** Rejects when the first channel cannot be had. Called once. */
  readonly start: () => Promise<void>;
  /**
   * Lets core settle what it holds, then closes the channel and opens another one at the end of the line, so that the instance that waits
   * longest goes on. False, with the channel kept, when core still holds something after `limitMs`.
   */
  readonly handOver: (limitMs: number) => Promise<boolean>;
  /** Closes the channel, so that what is unacknowledged goes back to the head of the queue in its order. Idempotent. */
  readonly close: () => Promise<void>;
}

interface Line {
  readonly channel: Channel;
  readonly session: PartitionSession;
}

export function createPartition(options: PartitionOptions): Partition {
  const { queue, clock, random, reconnectMs, onArrival, onLost, onFailure } = options;
  const stopped = new AbortController();
  let current: PartitionSession | undefined;
  let running: Promise<void> = Promise.resolve();

  const serve = async ({ channel, session }: Line): Promise<SessionEnd> => {
    const stopWatch = watchHold(session, options);
    current = session;
    // The first deliveries may have come before this.
    onArrival();
    if (stopped.signal.aborted) session.end('closed');
    const end = await session.ended;
    stopWatch();
    if (end.reason !== 'closed' && end.lost.length > 0) onLost(end.lost);
    if (end.reason === 'failed') onFailure(end.error);
    else await inTime(() => session.flush(), options);
    await closeChannel(channel, options);
    return end;
  };

  const reopen = async (failuresBefore: number): Promise<Line | undefined> => {
    let failures = failuresBefore;
    while (!stopped.signal.aborted) {
      await pause(clock, reconnectDelayMs(failures, reconnectMs, random), stopped.signal);
      if (stopped.signal.aborted) return undefined;
      try {
        return await openLine(options);
      } catch (error) {
        failures += 1;
        onFailure(error);
      }
    }
    return undefined;
  };

  const run = async (first: Line): Promise<void> => {
    let failures = 0;
    for (let line: Line | undefined = first; line !== undefined; line = await reopen(failures)) {
      const startedAtMs = clock.monotonic();
      const { reason } = await serve(line);
      if (clock.monotonic() - startedAtMs > reconnectMs.max) failures = 0;
      failures = reason === 'failed' ? failures + 1 : 0;
    }
  };

  return {
    queue,
    session: () => current,
    start: async () => {
      running = run(await openLine(options));
    },
    handOver: async (limitMs) => {
      const session = current;
      const isDrained = await atMost(limitMs, session?.drain().then(() => true) ?? Promise.resolve(true), clock);
      if (isDrained) session?.end('handed-over');
      else session?.resume();
      return isDrained ?? false;
    },
    close: async () => {
      stopped.abort();
      current?.end('closed');
      await atMost(closeMsOf(options), running, clock);
    },
  };
}

async function openLine(options: PartitionOptions): Promise<Line> {
  const others = await options.checkQueue(options.queue);
  const channel = await options.connection.openChannel('plain');
  try {
    return { channel, session: await consume(options, channel, others === 0) };
  } catch (error) {
    await closeChannel(channel, options);
    throw error;
  }
}

async function consume(options: PartitionOptions, channel: Channel, isFirst: boolean): Promise<PartitionSession> {
  const { queue, clock, connectTimeoutMs } = options;
  const opening = openPartitionSession({ ...options, channel, isFirst, nowMs: () => clock.monotonic() });
  const session = await atMost(connectTimeoutMs, opening, clock);
  if (session !== undefined) return session;
  const text = `RabbitMQ has not answered a consume on queue "${queue}" for ${connectTimeoutMs} ms.`;
  throw new RabbitTransportError('consume-unanswered', text);
}

/** Never `basic.cancel` first: it would start the next consumer while this one still holds messages, and break their order. */
async function closeChannel(channel: Channel, options: PartitionOptions): Promise<void> {
  await inTime(() => channel.close(), options);
}

async function inTime(leave: () => Promise<void>, options: PartitionOptions): Promise<void> {
  try {
    await atMost(closeMsOf(options), leave(), options.clock);
  } catch {
    // The channel was gone already, and what it held with it.
  }
}

function closeMsOf({ connectTimeoutMs }: PartitionOptions): number {
  return Math.min(closeMsMax, connectTimeoutMs);
}
