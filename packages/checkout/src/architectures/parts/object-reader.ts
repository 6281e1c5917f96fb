import type { Clock } from '@waybill/core/driver';
import type { ObjectStore, StoredObject } from '@waybill/transport-memory';

export interface ObjectReaderOptions {
  readonly objects: ObjectStore;
  readonly clock: Clock;
  /** Does the work of one record. Called again for every record of the object when one of them fails. */
  readonly work: (record: Uint8Array) => Promise<unknown>;
  /** Between two looks into the bucket. */
  readonly pollMs: number;
  /** Readings of one object, after which it is left to lie. */
  readonly readingsMax: number;
}

/** Reads the objects of a bucket one after the other, as a service must that consumes Firehose: nothing tells it, nothing waits for its word. */
export interface ObjectReader {
  /** Records of objects that were read to their end, or left to lie. */
  readonly recordsDone: () => number;
  readonly stop: () => void;
}

export function startObjectReader({ objects, clock, work, pollMs, readingsMax }: ObjectReaderOptions): ObjectReader {
  const stopping = new AbortController();
  const readings = new Map<string, number>();
  let recordsDone = 0;

  /** A reader keeps no note of which records it has done: the object is all it can take away. */
  const read = async (key: string, { records }: StoredObject): Promise<void> => {
    const reading = (readings.get(key) ?? 0) + 1;
    readings.set(key, reading);
    const outcomes = await Promise.allSettled(records.map(work));
    if (reading < readingsMax && outcomes.some(({ status }) => status === 'rejected')) return;
    recordsDone += records.length;
    objects.remove(key);
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      for (const key of objects.list()) {
        const object = objects.get(key);
        if (object !== undefined) await read(key, object);
      }
      await clock.sleep(pollMs, stopping.signal);
    }
  };

  void run();
  return { recordsDone: () => recordsDone, stop: () => stopping.abort() };
}
