import type { Message, Producer } from 'kafkajs';

/** How a publisher by hand brings messages to the producer of kafkajs. Resolves with the broker's confirm. */
export type SendShape = (producer: Producer, topic: string) => (message: Message, partition: number) => Promise<void>;

/** One `send` for each message. */
export const oneByOne: SendShape = (producer, topic) => async (message, partition) => {
  await producer.send({ topic, messages: [{ ...message, partition }] });
};

interface Waiting {
  readonly message: Message;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

async function sendAll(producer: Producer, topic: string, waiting: readonly Waiting[]): Promise<void> {
  try {
    await producer.send({ topic, messages: waiting.map(({ message }) => message) });
    for (const { resolve } of waiting) resolve();
  } catch (error) {
    for (const { reject } of waiting) reject(error);
  }
}

/** The safe way: one `send` of a partition under way, and what comes meanwhile goes in the next one. */
export const byPartition: SendShape = (producer, topic) => {
  const lanes = new Map<number, { waiting: Waiting[]; isRunning: boolean }>();
  const run = async (lane: { waiting: Waiting[]; isRunning: boolean }): Promise<void> => {
    while (lane.waiting.length > 0) await sendAll(producer, topic, lane.waiting.splice(0));
    lane.isRunning = false;
  };
  return (message, partition) =>
    new Promise((resolve, reject) => {
      const lane = lanes.get(partition) ?? { waiting: [], isRunning: false };
      lanes.set(partition, lane);
      lane.waiting.push({ message: { ...message, partition }, resolve, reject });
      if (lane.isRunning) return;
      lane.isRunning = true;
      queueMicrotask(() => void run(lane));
    });
};

/** All of a turn in one `send`, whatever is under way: loses, doubles or reorders once an answer is lost. */
export const byTurn: SendShape = (producer, topic) => {
  let waiting: Waiting[] = [];
  return (message, partition) =>
    new Promise((resolve, reject) => {
      waiting.push({ message: { ...message, partition }, resolve, reject });
      if (waiting.length > 1) return;
      setImmediate(() => {
        void sendAll(producer, topic, waiting);
        waiting = [];
      });
    });
};
