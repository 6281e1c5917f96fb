import type { TransportCapabilities } from '@waybill/core/driver';
import { keyCharsMax } from './message/key-chars-max.ts';
import type { KafkaSettings } from './options.ts';

/** What Kafka can do under these settings. "Measured" = on Kafka 4.1.0 with kafkajs 2.2.4. */
export function capabilitiesOf({ messageBytesMax }: Pick<KafkaSettings, 'messageBytesMax'>): TransportCapabilities {
  return {
    durability: {
      level: 'native',
      source:
        'acks −1; with several replicas and min.insync.replicas 2 a leader killed under load lost nothing (measured)',
    },
    receive: { level: 'native', batchMax: 1000, source: 'Fetch; the figure only bounds one turn' },
    send: {
      level: 'native',
      batchMax: 1000,
      batchBytesMax: Math.max(messageBytesMax, 1024 * 1024),
      batchesInFlightMax: 16,
      // A lane sends nothing after what failed, and refuses the later ones of a key that it refused.
      afterFailure: 'stops-key',
      source: 'one idempotent batch of a partition under way; what waits meanwhile goes in the next one',
    },
    message: {
      level: 'native',
      bytesMax: messageBytesMax,
      headersMax: Infinity,
      keyCharsMax,
      source: 'max.message.bytes of the topic, 1,048,588 by default, for a batch with its frame',
    },
    order: {
      level: 'emulated',
      scope: 'key',
      source: 'a partition keeps its order; a released record waits here, with the later ones of its key behind it',
    },
    keyExclusivity: {
      level: 'emulated',
      source: 'a key lives in one partition, which one member of the group reads; held within it by the local hold',
    },
    deduplication: {
      level: 'unsupported',
      windowMs: 0,
      scope: 'none',
      source: 'an idempotent producer knows its own session only (KafkaProducer, javadoc)',
    },
    delay: { level: 'unsupported', delayMsMax: 0, keepsOrder: false, source: 'Kafka has none' },
    lease: {
      level: 'native',
      kind: 'connection',
      leaseMsMax: Infinity,
      holdMsMax: Infinity,
      source: 'a partition stays with its member while that sends heartbeats, however long a handler takes (measured)',
    },
    release: {
      level: 'emulated',
      keepsOrder: true,
      source: 'held locally: Kafka gives no single record back',
    },
    attempts: {
      level: 'unsupported',
      attemptsMax: Infinity,
      source: 'Kafka counts no deliveries; releases of this receiver are counted here',
    },
    fanOut: { level: 'native', groupsMax: Infinity, source: 'a consumer group for each subscription' },
    inspection: {
      level: 'emulated',
      ready: true,
      inFlight: true,
      oldestAge: true,
      source: 'committed and end offsets; the timestamp of the first unfinished record (measured)',
    },
  };
}
