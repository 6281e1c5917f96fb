import type { KafkaAdmin } from './kafka-admin.ts';
import type { KafkaMember, MemberOptions } from './kafka-member.ts';
import type { KafkaProducer } from './kafka-producer.ts';

/**
 * The seam: all that the transport needs of a Kafka client. Batching, lanes, offsets, fencing and order are ours and stand above it;
 * a client only speaks the protocol.
 */
export interface KafkaClient {
  readonly name: 'kafkajs' | 'platformatic';
  /** A new session: a producer id and sequence numbers of its own. */
  readonly openProducer: () => Promise<KafkaProducer>;
  /** Resolves when the member is on its way into its group; where it is, the listener tells. */
  readonly openMember: (options: MemberOptions) => Promise<KafkaMember>;
  readonly admin: KafkaAdmin;
  /** Ends what is still open. Idempotent. */
  readonly close: () => Promise<void>;
}
