import type { TransportCapabilities } from '@waybill/core/driver';
import { holdMsMaxOf } from './hold-ms-max.ts';
import type { RabbitSettings } from './options.ts';
import { keyCharsMax } from './sender/check-message.ts';

/** What RabbitMQ can do under these settings. "Measured" = on 3.10.8 and 4.0.5, one node, with amqplib 2.3.1. */
export function capabilitiesOf(settings: RabbitSettings): TransportCapabilities {
  const { queueType, messageBytesMax, delaysMs, deliveryLimit } = settings;
  const isQuorum = queueType === 'quorum';
  return {
    durability: {
      level: 'native',
      source:
        'measured: persistent and confirmed survive kill -9, quorum and classic; on a queue older than a second or two',
    },
    receive: { level: 'native', batchMax: 1000, source: 'basic.consume; the figure only bounds one turn' },
    send: {
      level: 'native',
      // A batch is no request of its own here: small ones, so that the confirm of one message holds few others back.
      batchMax: 64,
      batchBytesMax: Math.max(messageBytesMax, 16 * 1024 * 1024),
      batchesInFlightMax: 16,
      // A full queue nacks one message and takes the next one, which is already on its way.
      afterFailure: 'independent',
      source: 'publisher confirms; amqplib buffers without a limit of its own, so batches and bytes have one',
    },
    message: {
      level: 'native',
      bytesMax: messageBytesMax,
      headersMax: Infinity,
      keyCharsMax,
      source: 'max_message_size: 16 MiB in 4.x, 128 MiB in 3.10 (measured); header table 64 KiB in amqplib (measured)',
    },
    order: {
      level: 'emulated',
      scope: 'key',
      source:
        'partition queues with a single active consumer, hand-over by closing the channel, release held locally (measured)',
    },
    keyExclusivity: {
      level: 'emulated',
      source: 'a key lives in one partition queue, which has one active consumer; held within it by the local hold',
    },
    deduplication: { level: 'unsupported', windowMs: 0, scope: 'none', source: 'RabbitMQ has none' },
    delay: {
      level: delaysMs.length > 0 ? 'emulated' : 'unsupported',
      delayMsMax: delaysMs.at(-1) ?? 0,
      keepsOrder: false,
      source: 'a queue with time to live for each step, rounded up; a delayed message leaves the order of its key',
    },
    lease: {
      level: 'native',
      kind: 'connection',
      leaseMsMax: Infinity,
      holdMsMax: holdMsMaxOf(settings),
      source: 'unacknowledged until the channel ends; consumer_timeout of the broker, 30 min by default (measured)',
    },
    release: {
      level: 'emulated',
      keepsOrder: true,
      source: 'held locally with later ones of its key behind it: a nack would let the window overtake (measured)',
    },
    attempts: {
      level: isQuorum ? 'native' : 'unsupported',
      attemptsMax: isQuorum ? deliveryLimit : Infinity,
      source: 'x-delivery-count of quorum queues; classic ones only say that there was an earlier delivery (measured)',
    },
    fanOut: { level: 'native', groupsMax: Infinity, source: 'one set of queues per group, bound to one exchange' },
    inspection: {
      level: 'emulated',
      ready: true,
      inFlight: true,
      oldestAge: true,
      source: 'passive declare for what is ready; the active consumer for what it holds: no broker call tells the age',
    },
  };
}
