import { createRequire } from 'node:module';
import { KafkaTransportError } from '../../../kafka-error.ts';
import type { KafkajsConnection } from '../cluster.ts';
import { produceRequest } from './produce-request.ts';
import type { ProducePart, ProduceResult } from './produce-request.ts';

/** A part on its way. */
export interface GatheredPart extends ProducePart {
  readonly begin: () => boolean;
}

/** Puts what goes to one broker in one turn into one request: a request costs both sides more than what is in it. */
export interface RequestGatherer {
  /** Resolves when the broker has taken the batch. */
  readonly send: (connection: KafkajsConnection, part: GatheredPart) => Promise<void>;
}

/** Far below the 100 MiB that a broker takes (`socket.request.max.bytes`). */
const requestBytesMax = 8 * 1024 * 1024;
const duplicateSequence = 46;

interface Waiting {
  readonly part: GatheredPart;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export function createRequestGatherer(timeoutMs: number): RequestGatherer {
  const gathered = new Map<KafkajsConnection, Waiting[]>();

  const flush = (connection: KafkajsConnection): void => {
    const waiting = gathered.get(connection) ?? [];
    gathered.delete(connection);
    let request: Waiting[] = [];
    let bytes = 0;
    for (const one of waiting) {
      if (!one.part.begin()) {
        one.reject(new KafkaTransportError('session-given-up', 'Nobody waits for this batch any more.'));
        continue;
      }
      if (request.length > 0 && bytes + one.part.batch.byteLength > requestBytesMax) {
        void exchange(connection, request, timeoutMs);
        request = [];
        bytes = 0;
      }
      request.push(one);
      bytes += one.part.batch.byteLength;
    }
    if (request.length > 0) void exchange(connection, request, timeoutMs);
  };

  return {
    send: (connection, part) =>
      new Promise((resolve, reject) => {
        const waiting = gathered.get(connection);
        if (waiting !== undefined) {
          waiting.push({ part, resolve, reject });
          return;
        }
        gathered.set(connection, [{ part, resolve, reject }]);
        queueMicrotask(() => flush(connection));
      }),
  };
}

/** Never rejects: each part hears what became of it. */
async function exchange(connection: KafkajsConnection, waiting: readonly Waiting[], timeoutMs: number): Promise<void> {
  try {
    const results = await connection.send(
      produceRequest(
        waiting.map(({ part }) => part),
        timeoutMs,
      ),
    );
    for (const one of waiting) settle(one, results);
  } catch (error) {
    for (const { reject } of waiting) reject(error);
  }
}

function settle({ part, resolve, reject }: Waiting, results: readonly ProduceResult[]): void {
  const result = results.find(({ topic, partition }) => topic === part.topic && partition === part.partition);
  if (result === undefined) return reject(new Error('The answer says nothing of this partition.'));
  const { errorCode } = result;
  // The broker has the batch and later ones as well: the answer to a repetition that took a long way.
  if (errorCode === 0 || errorCode === duplicateSequence) resolve();
  else reject(errorOf(errorCode));
}

interface ProtocolErrors {
  readonly createErrorFromCode: (code: number) => Error;
}

/** kafkajs's own error, with the name of the code as its type. */
function errorOf(code: number): Error {
  const { createErrorFromCode } = createRequire(import.meta.url)('kafkajs/src/protocol/error') as ProtocolErrors;
  return createErrorFromCode(code);
}
