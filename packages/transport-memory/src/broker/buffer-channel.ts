import type { ChannelAddress, NewId, SendOutcome, TransportMessage } from '@waybill/core/driver';
import { MemoryBrokerError } from '../memory-error-codes.ts';
import type { BufferSemantics } from '../profiles/buffer-semantics.ts';
import type { BrokerClock } from '../time/broker-clock.ts';
import type { Channel } from './channel.ts';
import { createMessageCheck } from './message-check.ts';
import type { WritableObjectStore } from './object-store.ts';

export interface BufferChannelOptions {
  readonly address: ChannelAddress;
  readonly semantics: BufferSemantics;
  readonly clock: BrokerClock;
  readonly newId: NewId;
  readonly objects: WritableObjectStore;
}

/** A stream: bodies are gathered and written as one object, by time or by size, whichever comes first. */
export function createBufferChannel(options: BufferChannelOptions): Channel {
  const { address, semantics, clock, newId, objects } = options;
  const check = createMessageCheck({
    ...semantics,
    headersMax: Infinity,
    keyCharsMax: Infinity,
    delayMsMax: 0,
    bytesOf: bodyBytes,
  });
  let records: Uint8Array[] = [];
  let bytes = 0;
  let dueAtMs = Infinity;

  const write = (writtenAtMs: number): void => {
    objects.put({ key: objectKey(address.channel, writtenAtMs, newId()), writtenAtMs, records });
    records = [];
    bytes = 0;
    dueAtMs = Infinity;
  };

  /** Nobody can tell an object that is written when it is due from one that is written when somebody looks. */
  const writeDue = (): void => {
    const lateMs = clock.monotonic() - dueAtMs;
    if (lateMs >= 0) write(clock.now() - lateMs);
  };
  objects.beforeRead(writeDue);

  const append = (body: Uint8Array): void => {
    if (records.length === 0) dueAtMs = clock.monotonic() + semantics.bufferMs;
    records.push(body);
    bytes += body.byteLength;
    if (bytes >= semantics.bufferBytes) write(clock.now());
  };

  return {
    send: (messages) => {
      check.checkBatch(messages);
      writeDue();
      return messages.map((message): SendOutcome => {
        const error = check.refusalOf(message);
        if (error !== undefined) return { status: 'rejected', error };
        append(message.body);
        return { status: 'confirmed' };
      });
    },
    subscribe: () => {
      throw nothingToReceive(address);
    },
    queueOf: () => {
      throw nothingToReceive(address);
    },
    inspect: () => ({ ready: undefined, inFlight: undefined, oldestAgeMs: undefined }),
  };
}

function bodyBytes({ body }: TransportMessage): number {
  return body.byteLength;
}

function nothingToReceive({ channel }: ChannelAddress): MemoryBrokerError {
  const remedy = 'there is no receive call; read the objects that it is written to.';
  return new MemoryBrokerError('no-receive-call', `Nothing can be received from ${channel}: ${remedy}`);
}

/** Path by UTC hour, then name, time and a random end, as Firehose names its objects. */
function objectKey(channel: string, writtenAtMs: number, id: string): string {
  const stamp = new Date(writtenAtMs).toISOString().slice(0, 19).replaceAll(/[T:]/g, '-');
  const hour = stamp.slice(0, 13).replaceAll('-', '/');
  return `${channel}/${hour}/${channel}-1-${stamp}-${id}`;
}
