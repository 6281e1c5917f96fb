import type { BufferSemantics } from './buffer-semantics.ts';
import type { Sourced } from './parameter.ts';
import type { QueueSemantics } from './queue-semantics.ts';

/** The semantics of one broker as data. Nothing in the broker asks for a name: a new profile is a new record. */
export type Profile = QueueProfile | BufferProfile;

/** Messages wait in queues until a receiver settles them. */
export interface QueueProfile {
  readonly kind: 'queue';
  readonly name: string;
  readonly parameters: Sourced<QueueSemantics>;
}

/** Records are gathered into objects; nothing can be received. */
export interface BufferProfile {
  readonly kind: 'buffer';
  readonly name: string;
  readonly parameters: Sourced<BufferSemantics>;
}
