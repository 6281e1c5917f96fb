import type { TransportCapabilities } from '@waybill/core/driver';
import type { SqsSettings } from './options.ts';
import { keyCharsMax } from './sender/check-message.ts';

/** What SQS and SNS can do under these settings. "AWS guide" = the developer guides of both, as of 2026. */
export function capabilitiesOf(settings: SqsSettings): TransportCapabilities {
  const { queueType, messageBytesMax, deliveryLimit, pollersMax } = settings;
  const isFifo = queueType === 'fifo';
  return {
    durability: { level: 'native', source: 'AWS guide: stored on several servers before a send is confirmed' },
    receive: {
      level: 'native',
      batchMax: 10 * pollersMax,
      source: 'ReceiveMessage takes ten; as many long polls side by side as the load needs',
    },
    send: {
      level: 'native',
      batchMax: 10,
      batchBytesMax: messageBytesMax,
      batchesInFlightMax: 32,
      // A request may fail by halves, and nothing is said of the order of its halves.
      afterFailure: 'independent',
      source:
        'SendMessageBatch and PublishBatch: ten entries, 1 MiB and 256 KiB; the bytes on the wire are counted again',
    },
    message: {
      level: 'native',
      bytesMax: messageBytesMax,
      headersMax: Infinity,
      keyCharsMax,
      source: 'AWS guide: 1 MiB of SQS, 256 KiB of SNS, attributes included; all headers share one attribute',
    },
    ...fifoCapabilities(settings),
    delay: {
      level: 'unsupported',
      delayMsMax: 0,
      keepsOrder: false,
      source: 'no message of a FIFO queue or of a topic can be delayed by itself',
    },
    lease: {
      level: 'native',
      kind: 'time',
      leaseMsMax: 43_200_000,
      holdMsMax: 43_200_000,
      source: 'visibility timeout in whole seconds; 12 hours from the receive, whatever is extended',
    },
    release: {
      level: 'native',
      keepsOrder: isFifo,
      source: 'ChangeMessageVisibility; a message group waits behind one that is not visible yet',
    },
    attempts: {
      level: 'native',
      attemptsMax: deliveryLimit,
      source: 'ApproximateReceiveCount, and maxReceiveCount of the redrive policy',
    },
    fanOut: {
      level: 'native',
      groupsMax: isFifo ? 100 : 12_500_000,
      source: 'one queue for each group, subscribed to one topic (quotas of SNS)',
    },
    inspection: {
      level: 'emulated',
      ready: true,
      inFlight: true,
      oldestAge: true,
      source: 'GetQueueAttributes, up to a minute late; the age from what receivers of this process have seen',
    },
  };
}

type FifoCapabilities = Pick<TransportCapabilities, 'order' | 'keyExclusivity' | 'deduplication'>;

function fifoCapabilities({ queueType, deduplicationScope }: SqsSettings): FifoCapabilities {
  if (queueType === 'standard') {
    return {
      order: {
        level: 'unsupported',
        scope: 'none',
        source: 'AWS guide: standard queues keep order as far as they can',
      },
      keyExclusivity: { level: 'unsupported', source: 'standard queues know no keys' },
      deduplication: { level: 'unsupported', windowMs: 0, scope: 'none', source: 'standard queues have none' },
    };
  }
  return {
    order: { level: 'native', scope: 'key', source: 'message groups of FIFO queues and topics' },
    keyExclusivity: { level: 'native', source: 'a message group is locked while one of its messages is in flight' },
    deduplication: {
      level: 'native',
      windowMs: 300_000,
      scope: deduplicationScope === 'queue' ? 'channel' : 'key',
      source: 'AWS guide: five minutes from the accepted send, over receive and delete',
    },
  };
}
