import type { KafkaProducer, ProducerBatch } from '../client/kafka-producer.ts';

/** One idempotent session, opened when it is first needed, and again after an opening that failed. */
export interface ProducerSession {
  readonly send: (batch: ProducerBatch) => Promise<void>;
  /** Nobody gets it any more. Whoever has a batch under way in it may go on with that. */
  readonly retire: () => void;
  /** Call when no batch is under way: the last to leave a retired session ends it. */
  readonly leave: () => void;
}

export interface ProducerSessions {
  /** The session that new batches go to. */
  readonly enter: () => ProducerSession;
  /** Call when nothing is under way. */
  readonly close: () => Promise<void>;
}

/**
 * A batch that nobody knows about must be the last one of its partition in its session: another one would have its number. So its lane retires
 * the session; the other lanes finish there what they have begun and go on in the next.
 */
export function createProducerSessions(openProducer: () => Promise<KafkaProducer>): ProducerSessions {
  let current: OpenSession | undefined;
  const closing = new Set<Promise<void>>();
  return {
    enter: () => {
      current ??= createSession(openProducer, {
        retire: (session) => {
          if (current === session) current = undefined;
        },
        closing,
      });
      current.enter();
      return current;
    },
    close: async () => {
      current?.retire();
      await Promise.all(closing);
    },
  };
}

interface OpenSession extends ProducerSession {
  readonly enter: () => void;
}

interface SessionOwner {
  readonly retire: (session: OpenSession) => void;
  readonly closing: Set<Promise<void>>;
}

function createSession(openProducer: () => Promise<KafkaProducer>, { retire, closing }: SessionOwner): OpenSession {
  let opening: Promise<KafkaProducer> | undefined;
  let producer: KafkaProducer | undefined;
  let users = 0;
  let isRetired = false;

  const open = async (): Promise<KafkaProducer> => {
    try {
      producer = await openProducer();
      return producer;
    } finally {
      opening = undefined;
    }
  };

  const endIfUnused = (): void => {
    if (!isRetired || users > 0) return;
    const end = (producer === undefined ? opening : Promise.resolve(producer))?.then((one) => one.close());
    const closed = Promise.resolve(end)
      .catch(() => undefined)
      .finally(() => closing.delete(closed));
    closing.add(closed);
  };

  const session: OpenSession = {
    // Without a turn in between: what all lanes send in one turn can share a request.
    send: (batch) =>
      producer === undefined ? (opening ??= open()).then((one) => one.send(batch)) : producer.send(batch),
    enter: () => {
      users += 1;
    },
    retire: () => {
      if (isRetired) return;
      isRetired = true;
      retire(session);
      endIfUnused();
    },
    leave: () => {
      users -= 1;
      endIfUnused();
    },
  };
  return session;
}
