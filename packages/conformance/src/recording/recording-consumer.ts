import { setTimeout as sleep } from 'node:timers/promises';
import type { Delivery, Receipt, TransportReceiver } from '@waybill/core/driver';

/** One start of work on one message, in the order of the starts of all consumers that share the log. */
export interface Start {
  readonly consumer: string;
  readonly key: string;
  /** Bodies are numbers from 1, without a gap for each key. */
  readonly seq: number;
  readonly attempt: number;
  /** What became of it: `settled` is the answer to its accept, `open` is neither ended nor lost. */
  outcome: 'open' | 'settled' | 'lost';
}

export interface RecordingConsumerOptions {
  readonly name: string;
  /** Shared by all consumers of a test. */
  readonly log: Start[];
  readonly workMs: number;
  readonly open: (onLost: (receipts: readonly Receipt[]) => void) => Promise<TransportReceiver>;
}

export interface RecordingConsumer {
  readonly errors: readonly unknown[];
  /** As a bus stops: takes nothing new, lets what runs end, settles it, closes. */
  readonly stop: () => Promise<void>;
}

/** Works as core does: one message of a key at a time, keys beside each other, nothing more of what it was told is lost. */
export async function startRecordingConsumer(options: RecordingConsumerOptions): Promise<RecordingConsumer> {
  const { name, log, workMs, open } = options;
  const lost = new Set<Receipt>();
  const errors: unknown[] = [];
  const lanes = new Map<string, Promise<void>>();
  const stopped = new AbortController();
  const receiver = await open((receipts) => receipts.forEach((receipt) => lost.add(receipt)));

  const handle = async ({ receipt, message, attempt }: Delivery): Promise<void> => {
    if (stopped.signal.aborted || lost.has(receipt)) return;
    const seq = Number(Buffer.from(message.body).toString());
    const start: Start = { consumer: name, key: message.key ?? '', seq, attempt, outcome: 'open' };
    log.push(start);
    await sleep(workMs);
    const [outcome] = lost.has(receipt) ? [] : await receiver.settleBatch([{ receipt, action: 'accept' }]);
    start.outcome = outcome?.status === 'settled' ? 'settled' : 'lost';
  };

  const receive = async (): Promise<void> => {
    try {
      for (const delivery of await receiver.receiveBatch(1000, stopped.signal)) {
        const key = delivery.message.key ?? '';
        const before = lanes.get(key) ?? Promise.resolve();
        lanes.set(
          key,
          before.then(() => handle(delivery)),
        );
      }
    } catch (error) {
      errors.push(error);
      await sleep(20);
    }
  };

  const receiveAll = async (): Promise<void> => {
    while (!stopped.signal.aborted) await receive();
  };

  const receiving = receiveAll();
  return {
    errors,
    stop: async () => {
      stopped.abort();
      await receiving;
      await Promise.all(lanes.values());
      await receiver.close();
    },
  };
}

/** Where a number did not come right after the one before it. Going back, as after a loss, is no disorder; going on from there must be in steps of one. */
export function jumpsOf(log: readonly Start[]): readonly string[] {
  const previous = new Map<string, number>();
  return log.flatMap(({ key, seq, consumer }) => {
    const before = previous.get(key) ?? 0;
    previous.set(key, seq);
    return seq > before + 1 ? [`${key}: ${seq} after ${before} by ${consumer}`] : [];
  });
}

/** Numbers that came again although the broker was told that they were done. */
export function repeatsOf(log: readonly Start[]): readonly string[] {
  const settled = new Set<string>();
  return log.flatMap(({ key, seq, outcome }) => {
    const name = `${key}: ${seq}`;
    const isRepeat = settled.has(name);
    if (outcome === 'settled') settled.add(name);
    return isRepeat ? [name] : [];
  });
}

/** How many different messages are done. */
export function settledCount(log: readonly Start[]): number {
  return new Set(log.filter(({ outcome }) => outcome === 'settled').map(({ key, seq }) => `${key}: ${seq}`)).size;
}
