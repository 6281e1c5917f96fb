import { setTimeout as sleep } from 'node:timers/promises';
import { alternate, ratioOf } from '../alternate.ts';
import { createKafkaBacklog, partitions } from '../kafka/backlog-on-kafka.ts';
import { onKafka } from '../kafka/contest.ts';
import type { Contest } from '../kafka/contest.ts';
import { batchByBatch, messageByMessage, startRawConsumer } from '../kafka/kafka-consumers.ts';
import type { Measurement } from '../measurement.ts';
import type { OrderMessage } from '../order-message.ts';
import { createProgress } from '../rabbit/progress.ts';
import { median } from '../statistics.ts';

const keys = partitions * 1000;
const concurrency = 1000;
const workMs = 10;
const trivial = { messages: 60_000, rounds: { rounds: 3, warmUps: 1 } };
/** Of the slower way a few hundred a second is all there is. */
const slow = { messages: 20_000, messagesByHand: 2000, rounds: { rounds: 3, warmUps: 1 } };

/**
 * Working off a backlog with order for each key: received, decoded, validated, handled and committed on all sides. By hand order is had for a
 * partition, and so one record of it at a time; or a loop over what came, where a handler that takes its time holds up everything.
 */
export const kafkaConsume = (): Promise<readonly Measurement[]> =>
  onKafka('kafka-consume', async (contest) => [...(await waiting(contest)), ...(await trivially(contest))]);

async function waiting(contest: Contest): Promise<readonly Measurement[]> {
  const handler = (): Promise<void> => sleep(workMs);
  const { byHand, bus } = await alternate(
    {
      byHand: () => consumeRaw(contest, slow.messagesByHand, messageByMessage(partitions), handler),
      bus: () => consumeBus(contest, slow.messages, handler),
    },
    slow.rounds,
  );
  const scenario = `Kafka, consume, ${workMs} ms a message, ${keys} keys`;
  return [
    rate(scenario, 'kafkajs, eachMessage of all partitions side by side', byHand),
    rate(scenario, 'bus', bus),
    ratio(scenario, 'bus / eachMessage', ratioOf(bus, byHand), 20),
  ];
}

async function trivially(contest: Contest): Promise<readonly Measurement[]> {
  const handler = async (): Promise<void> => undefined;
  const { byHand, bus } = await alternate(
    {
      byHand: () => consumeRaw(contest, trivial.messages, batchByBatch, handler),
      bus: () => consumeBus(contest, trivial.messages, handler),
    },
    trivial.rounds,
  );
  const scenario = 'Kafka, consume, nothing to do';
  return [
    rate(scenario, 'kafkajs, eachBatch with commits every 5 s', byHand),
    rate(scenario, 'bus', bus),
    ratio(scenario, 'bus / eachBatch', ratioOf(bus, byHand), 0.8),
  ];
}

type Handler = (order: OrderMessage) => Promise<void>;

async function consumeRaw(
  contest: Contest,
  messages: number,
  way: Parameters<typeof startRawConsumer>[1],
  handler: Handler,
): Promise<number> {
  const { topic } = await createKafkaBacklog(contest, { messages, keys });
  const { note, rate: reached } = createProgress(messages);
  const counted = (order: OrderMessage): Promise<void> => handler(order).then(note);
  const consumer = await startRawConsumer({ ...contest, topic, handler: counted }, way);
  const figure = await reached;
  await consumer.close();
  return figure;
}

async function consumeBus(contest: Contest, messages: number, handler: Handler): Promise<number> {
  const backlog = await createKafkaBacklog(contest, { messages, keys });
  const { note, rate: reached } = createProgress(messages);
  const bus = await backlog.workOff((order) => handler(order).then(note), concurrency);
  const figure = await reached;
  await bus.stop();
  return figure;
}

function rate(scenario: string, figure: string, values: readonly number[]): Measurement {
  return { scenario, figure, value: median(values), unit: 'messages/s', bound: undefined };
}

function ratio(scenario: string, figure: string, value: number, atLeast: number): Measurement {
  return { scenario, figure, value, unit: '×', bound: { kind: 'at-least', value: atLeast } };
}
