import { z } from 'zod';
import { defaultMessageLimits } from '../codec/limits.ts';
import type { MessageLimits } from '../codec/limits.ts';
import type { Clock, NewId, Random, StoreDriver, TransportDriver } from '../driver/index.ts';
import { BusError } from '../errors/bus-error.ts';
import { defaultRelaySettings } from '../relay/relay-options.ts';
import type { BusObserver } from './bus-event.ts';
import { handlerDefaultsSchema } from './handler-defaults.ts';
import type { HandlerDefaults } from './handler-defaults.ts';
import { logLevels } from './logger.ts';
import type { Logger, LogLevel } from './logger.ts';

export interface BusOptions<Native = unknown> {
  readonly transport: TransportDriver;
  /** Inbox, outbox and dead letters. Default: a store in memory, which is lost with the process. */
  readonly store?: StoreDriver<Native>;
  /** Who publishes, as the CloudEvents `source`: a URI or a service name. Default `waybill`. */
  readonly source?: string;
  /**
   * `direct` (default): `publish` resolves when the broker has confirmed. `outbox`: it resolves when the message is committed to the
   * outbox, numbered per key; the relay sends it. `transaction` always goes through the outbox.
   */
  readonly publishing?: 'direct' | 'outbox';
  /**
   * Where payloads are held against their schema. `both` (default): a wrong one is refused by `publish`. `received`: only what arrives is
   * checked, and a wrong one ends in the consumer's dead letters; saves the sender the price of the schema.
   */
  readonly validation?: 'both' | 'received';
  /** `auto` (default): a relay runs while there may be something to relay. `off`: another process relays. */
  readonly relay?: 'auto' | 'off';
  readonly outbox?: Partial<OutboxSettings>;
  readonly limits?: Partial<MessageLimits>;
  /** Most published messages that wait for their confirmation. Default 10,000; `publish` waits beyond. */
  readonly unconfirmedMax?: number;
  /** How long a publish is tried again after its first failure. Default 30,000. */
  readonly publishRetryMs?: number;
  /** For every handler that does not say otherwise. Default: what `HandlerOptions` documents. */
  readonly handlers?: HandlerDefaults;
  /** A pino logger, or what looks like one. Default: silent. */
  readonly log?: Logger;
  /** What is quieter is not handed to `log`. Default `debug`: everything is, and the logger's own level decides. */
  readonly logLevel?: LogLevel;
  readonly observe?: BusObserver;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly newId?: NewId;
}

export interface OutboxSettings {
  /**
   * How long the oldest committed message may wait to be sent before `outbox-stale` is raised: told to `log` and `observe` once, and once
   * when all is well again. 0 = never. Default 60,000.
   */
  readonly oldestAgeMsMax: number;
}

const positive = z.int().positive();

/** With every default filled in. */
export interface CheckedBusOptions {
  readonly source: string;
  readonly publishing: 'direct' | 'outbox';
  readonly validation: 'both' | 'received';
  readonly relay: 'auto' | 'off';
  readonly outbox: OutboxSettings;
  readonly limits: MessageLimits;
  readonly unconfirmedMax: number;
  readonly publishRetryMs: number;
  readonly handlers: HandlerDefaults;
  readonly logLevel: LogLevel;
}

/** Everything of the options that is plain data: the same limits and defaults in code and in a config file. */
export const busDataShape: { readonly [Name in keyof CheckedBusOptions]: z.ZodType<CheckedBusOptions[Name]> } = {
  source: z.string().min(1).max(512).default('waybill'),
  publishing: z.enum(['direct', 'outbox']).default('direct'),
  validation: z.enum(['both', 'received']).default('both'),
  relay: z.enum(['auto', 'off']).default('auto'),
  outbox: z
    .strictObject({ oldestAgeMsMax: z.number().nonnegative().default(defaultRelaySettings.oldestAgeMsMax) })
    .prefault({}),
  limits: z
    .strictObject({
      bodyBytesMax: positive.default(defaultMessageLimits.bodyBytesMax),
      depthMax: positive.max(1000).default(defaultMessageLimits.depthMax),
      headersMax: positive.default(defaultMessageLimits.headersMax),
      headerBytesMax: positive.default(defaultMessageLimits.headerBytesMax),
    })
    .prefault({}),
  unconfirmedMax: positive.default(10_000),
  publishRetryMs: z.number().nonnegative().default(30_000),
  handlers: handlerDefaultsSchema.default({}),
  logLevel: z.enum(logLevels).default('debug'),
};

const driver = z.custom(
  (value) => (value as { readonly specVersion?: unknown } | null | undefined)?.specVersion === 1,
  'must be a driver of specVersion 1',
);

/** Functions and loggers are told apart by their types. */
const optionsSchema = z.looseObject({ ...busDataShape, transport: driver, store: driver.optional() });

/** Fills the defaults in and reports every problem at once. @throws `invalid-options` */
export function checkBusOptions(options: object): CheckedBusOptions {
  const result = optionsSchema.safeParse(withoutUndefined(options));
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new BusError({
    code: 'invalid-options',
    message: `createBus: ${problems.join('; ')}.`,
    path: result.error.issues[0]?.path.join('.') ?? '',
  });
}

const withoutUndefined = (options: object): object =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
