import type { StandardSchemaV1 } from '@standard-schema/spec';

/**
 * What two services agree on: a name, a version, a schema and the two keys. Made by `defineCommand` and `defineEvent`.
 * `Payload` is what publishers give and handlers get.
 */
export interface Contract<Payload, Kind extends 'command' | 'event' = 'command' | 'event'> {
  readonly kind: Kind;
  readonly name: string;
  readonly version: number;
  readonly schema: StandardSchemaV1<unknown, Payload>;
  readonly orderingKey: ((payload: Payload) => string) | undefined;
  readonly deduplicationKey: ((payload: Payload) => string) | undefined;
  /** From an older version's payload to the next one's, by the version they read. */
  readonly upcasts: ReadonlyMap<number, Upcast>;
}

/** A message for exactly one consumer group. */
export type Command<Payload> = Contract<Payload, 'command'>;

/** A fact for any number of consumer groups. */
export type Event<Payload> = Contract<Payload, 'event'>;

/** Turns the payload of one version into the payload of the next. Pure; it sees parsed but unvalidated JSON. */
export type Upcast = (payload: unknown) => unknown;

export type PayloadOf<AnyContract> = AnyContract extends Contract<infer Payload, infer _Kind> ? Payload : never;
