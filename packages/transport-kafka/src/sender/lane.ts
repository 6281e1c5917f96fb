import type { SendOutcome } from '@waybill/core/driver';
import type { WireRecord } from '../client/kafka-producer.ts';
import { KafkaTransportError } from '../kafka-error.ts';
import type { KafkaSettings } from '../options.ts';
import { deliverBatch } from './batch-delivery.ts';
import type { BatchEnd } from './batch-delivery.ts';
import type { ProducerSessions } from './producer-sessions.ts';
import type { SendCall } from './send-call.ts';

/** A message on its way through a lane, with the place of its outcome. */
export interface LaneEntry {
  readonly call: SendCall;
  readonly index: number;
  readonly key: string | undefined;
  readonly record: WireRecord;
  /** At least. */
  readonly bytes: number;
}

/** The way to one partition: one batch is under way at a time, and what comes meanwhile goes in the next one. */
export interface Lane {
  readonly push: (entry: LaneEntry) => void;
}

export interface LaneOptions {
  readonly settings: Pick<KafkaSettings, 'clock' | 'random' | 'publishTimeoutMs' | 'messageBytesMax'>;
  readonly sessions: ProducerSessions;
  readonly topic: string;
  readonly partition: number;
}

/** The frame of a batch. The topic's `max.message.bytes` counts for the batch, not for the record. */
const frameBytes = 64;

export function createLane({ settings, sessions, topic, partition }: LaneOptions): Lane {
  const batchBytesMax = settings.messageBytesMax - frameBytes;
  let waiting: LaneEntry[] = [];
  let isRunning = false;

  /** Of one batch and in order; what nobody waits for any more is left out. */
  const take = (): readonly LaneEntry[] => {
    const batch: LaneEntry[] = [];
    let bytes = 0;
    let at = 0;
    for (; at < waiting.length; at += 1) {
      const entry = waiting[at] as LaneEntry;
      if (batch.length > 0 && bytes + entry.bytes > batchBytesMax) break;
      if (!entry.call.begin(entry.index)) continue;
      if (isStopped(entry)) entry.call.settle(entry.index, behindRefused());
      else {
        batch.push(entry);
        bytes += entry.bytes;
      }
    }
    waiting = at === waiting.length ? [] : waiting.slice(at);
    return batch;
  };

  const deliver = async (batch: readonly LaneEntry[]): Promise<BatchEnd> => {
    const session = sessions.enter();
    try {
      return await deliverBatch(
        { topic, partition, records: batch.map(({ record }) => record) },
        { settings, session },
      );
    } finally {
      session.leave();
    }
  };

  /** A batch with a record that is refused is halved until that one is alone. */
  const send = async (batch: readonly LaneEntry[]): Promise<void> => {
    const end = await deliver(batch);
    if (end.status !== 'divisible' || batch.length === 1) return settleAll(batch, end);
    const half = Math.ceil(batch.length / 2);
    await send(batch.slice(0, half));
    const rest = batch.slice(half);
    for (const entry of rest) if (isStopped(entry)) entry.call.settle(entry.index, behindRefused());
    const going = rest.filter((entry) => !isStopped(entry));
    if (going.length > 0) await send(going);
  };

  const run = async (): Promise<void> => {
    for (let batch = take(); batch.length > 0; batch = take()) await send(batch);
    isRunning = false;
  };

  return {
    push: (entry) => {
      waiting.push(entry);
      if (isRunning) return;
      isRunning = true;
      // After this turn: all that is handed over in it goes in one batch.
      queueMicrotask(() => void run());
    },
  };
}

function settleAll(batch: readonly LaneEntry[], end: BatchEnd): void {
  const outcome = outcomeOf(end);
  for (const { call, index, key } of batch) {
    if (outcome.status !== 'confirmed' && key !== undefined) call.stop(key, index);
    call.settle(index, outcome);
  }
}

function outcomeOf(end: BatchEnd): SendOutcome {
  if (end.status === 'confirmed') return confirmed;
  return { status: end.status === 'unknown' ? 'unknown' : 'rejected', error: end.error };
}

const confirmed: SendOutcome = { status: 'confirmed' };

function isStopped({ call, key, index }: LaneEntry): boolean {
  return key !== undefined && call.isStopped(key, index);
}

/** Of a message whose predecessor of the same key, in the same call, was not confirmed. */
function behindRefused(): SendOutcome {
  const text = 'An earlier message of the same key was not confirmed: send that one first.';
  return { status: 'rejected', error: new KafkaTransportError('behind-refused', text) };
}
