import type { KafkaProducer, ProducerBatch, WireRecord } from '../../client/kafka-producer.ts';

/** What happens to one request. `lost`: it never arrives. `unanswered`: it is taken, and the answer is lost. A text is the broker's refusal. */
export type Fate = 'taken' | 'lost' | 'unanswered' | 'frozen' | { readonly refusal: string };

export interface ModelBroker {
  readonly openProducer: () => Promise<KafkaProducer>;
  readonly logOf: (partition: number) => readonly WireRecord[];
  readonly requests: () => number;
  readonly sessions: () => number;
  readonly openSessions: () => number;
}

interface PartitionLog {
  readonly records: WireRecord[];
  /** The next number of each session. */
  readonly expected: Map<number, number>;
}

/**
 * A broker with the rule that makes a session idempotent: a batch whose number it has had is not taken again, and answered with success, whatever
 * is in it. One whose number is not the next is refused.
 */
export function createModelBroker(fateOf: (batch: ProducerBatch) => Fate): ModelBroker {
  const logs = new Map<number, PartitionLog>();
  let requests = 0;
  let sessions = 0;
  let openSessions = 0;

  const logOf = (partition: number): PartitionLog => {
    const log = logs.get(partition) ?? { records: [], expected: new Map() };
    logs.set(partition, log);
    return log;
  };

  const append = (session: number, first: number, { partition, records }: ProducerBatch): void => {
    const { records: log, expected } = logOf(partition);
    const next = expected.get(session) ?? 0;
    if (first > next) throw refusal('OUT_OF_ORDER_SEQUENCE_NUMBER');
    if (first < next) return;
    log.push(...records);
    expected.set(session, first + records.length);
  };

  const openProducer = (): Promise<KafkaProducer> => {
    sessions += 1;
    openSessions += 1;
    const session = sessions;
    const numbers = new Map<number, number>();
    const closed = Promise.withResolvers<never>();
    closed.promise.catch(() => undefined);
    const send = async (batch: ProducerBatch): Promise<void> => {
      await Promise.resolve();
      if (!batch.begin()) throw new Error('Nobody waits any more.');
      requests += 1;
      const fate = fateOf(batch);
      if (typeof fate === 'object') throw refusal(fate.refusal);
      if (fate === 'lost') throw new Error('Closed connection');
      if (fate === 'frozen') return closed.promise;
      const first = numbers.get(batch.partition) ?? 0;
      append(session, first, batch);
      if (fate === 'unanswered') throw new Error('Closed connection');
      numbers.set(batch.partition, first + batch.records.length);
    };
    const close = (): Promise<void> => {
      openSessions -= 1;
      closed.reject(new Error('Closed connection'));
      return Promise.resolve();
    };
    return Promise.resolve({ send, close });
  };

  return {
    openProducer,
    logOf: (partition) => logOf(partition).records,
    requests: () => requests,
    sessions: () => sessions,
    openSessions: () => openSessions,
  };
}

function refusal(type: string): Error {
  return Object.assign(new Error(`The broker answers ${type}.`), { type });
}
