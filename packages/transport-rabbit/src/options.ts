import type { ConnectionOptions } from 'node:tls';
import type { Random } from '@waybill/core/driver';
import { RabbitTransportError } from './rabbit-error.ts';
import { systemClock } from './time/system-clock.ts';
import type { RabbitClock } from './time/system-clock.ts';
import { systemRandom } from './time/system-random.ts';

export interface RabbitTransportOptions {
  /** `amqp:` or `amqps:` addresses of one cluster, tried in turn. */
  readonly urls: readonly string[];
  /** Certificates and the like for `amqps:`, as `tls.connect` takes them. */
  readonly tls?: ConnectionOptions;
  /** Asked before every connection attempt, so that rotated credentials are used from the next one on; without it those of the URL. */
  readonly credentials?: () => RabbitCredentials | Promise<RabbitCredentials>;
  /** Shown in the management UI, with the purpose of the connection behind it. Default `waybill`. */
  readonly connectionName?: string;
  /** A silent peer is given up after about three times this. Default 10. */
  readonly heartbeatSeconds?: number;
  /** Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Waits between failed attempts: doubled from the first to the second, with jitter. Default 100 to 10,000. */
  readonly reconnectMs?: { readonly first: number; readonly max: number };
  /** How long a publish may wait for its confirm; after it the outcome is unknown. Default 10,000. */
  readonly publishTimeoutMs?: number;
  /**
   * The broker's `consumer_timeout`. What is held for nine tenths of it, or until a minute before, is given back in order: the broker
   * would close the channel. Default 1,800,000, that of RabbitMQ.
   */
  readonly consumerTimeoutMs?: number;
  /** Default `quorum`. */
  readonly queueType?: 'quorum' | 'classic';
  /** First part of every exchange and queue name. Default `waybill`. */
  readonly namePrefix?: string;
  /**
   * How often an instance looks whether it works on more than its share of the partition queues, which it then hands over; by chance up to
   * twice as often. Default 5000.
   */
  readonly rebalanceMs?: number;
  /**
   * Partition queues of a channel, which its instances share: more instances than that stand by. 1 for channels without key order. Part of the
   * topology: another number than the stored one is a `topology-conflict`. Default 8.
   */
  readonly partitions?: number;
  /** Largest message. No more than the broker's `max_message_size`. Default 16 MiB, that of RabbitMQ 4. */
  readonly messageBytesMax?: number;
  /**
   * Deliveries after which a quorum queue gives a message up. Always explicit: 4.x drops after 20 without one, 3.10 drops at the
   * first return with -1. Default 1,000,000.
   */
  readonly deliveryLimit?: number;
  /** The delays that exist, one queue each and channel; a delay is rounded up to the next. Default 1 s, 10 s, 1 min, 10 min. */
  readonly delaysMs?: readonly number[];
  /**
   * A message that nobody took for so long goes to the queue `…:expired` of its subscription, which nobody consumes. Part of the
   * topology. Default: never.
   */
  readonly expireAfterMs?: number;
  /**
   * A header with one digit, 0 to 9, that becomes the priority of a message without a key; with a key it is refused, because priority
   * breaks the order of keys. Strict on classic queues; two levels on quorum queues of 4.x, none of 3.x. Part of the topology of
   * classic queues. Default: no header does.
   */
  readonly priorityHeader?: string;
  readonly clock?: RabbitClock;
  readonly random?: Random;
}

export interface RabbitCredentials {
  readonly username: string;
  readonly password: string;
}

/** Options with every default filled in. */
export interface RabbitSettings {
  readonly urls: readonly string[];
  readonly tls: ConnectionOptions;
  readonly credentials: (() => RabbitCredentials | Promise<RabbitCredentials>) | undefined;
  readonly connectionName: string;
  readonly heartbeatSeconds: number;
  readonly connectTimeoutMs: number;
  readonly reconnectMs: { readonly first: number; readonly max: number };
  readonly publishTimeoutMs: number;
  readonly consumerTimeoutMs: number;
  readonly queueType: 'quorum' | 'classic';
  readonly namePrefix: string;
  readonly rebalanceMs: number;
  readonly partitions: number;
  readonly messageBytesMax: number;
  readonly deliveryLimit: number;
  /** Ascending. */
  readonly delaysMs: readonly number[];
  readonly expireAfterMs: number | undefined;
  readonly priorityHeader: string | undefined;
  readonly clock: RabbitClock;
  readonly random: Random;
}

const defaults = {
  tls: {},
  credentials: undefined,
  connectionName: 'waybill',
  heartbeatSeconds: 10,
  connectTimeoutMs: 10_000,
  reconnectMs: { first: 100, max: 10_000 },
  publishTimeoutMs: 10_000,
  consumerTimeoutMs: 1_800_000,
  queueType: 'quorum',
  namePrefix: 'waybill',
  rebalanceMs: 5000,
  partitions: 8,
  messageBytesMax: 16 * 1024 * 1024,
  deliveryLimit: 1_000_000,
  delaysMs: [1000, 10_000, 60_000, 600_000],
  expireAfterMs: undefined,
  priorityHeader: undefined,
  clock: systemClock,
  random: systemRandom,
} satisfies Omit<RabbitSettings, 'urls'>;

/**
 * Fills in the defaults and checks everything at once.
 * @throws RabbitTransportError `illegal-options`, naming every problem with its path
 */
export function readOptions(options: RabbitTransportOptions): RabbitSettings {
  const settings: RabbitSettings = { ...defaults, ...options };
  const problems = problemsOf(settings);
  if (problems.length > 0) {
    throw new RabbitTransportError('illegal-options', `Options of the RabbitMQ transport: ${problems.join('; ')}.`);
  }
  return { ...settings, delaysMs: settings.delaysMs.toSorted((one, other) => one - other) };
}

/** A TTL is an unsigned 32-bit number of milliseconds for the broker. */
const delayMsMax = 4_294_967_295;
const timerMsMax = 2_147_483_647;
const messageBytesLimit = 128 * 1024 * 1024;

function problemsOf(settings: RabbitSettings): readonly string[] {
  const { urls, reconnectMs, delaysMs, namePrefix, queueType, expireAfterMs, priorityHeader } = settings;
  return [
    ...(urls.length === 0 ? ['urls is empty'] : []),
    ...urls.flatMap((url, index) => urlProblem(url, `urls[${index}]`)),
    ...outside(settings.heartbeatSeconds, 1, 65_535, 'heartbeatSeconds'),
    ...outside(settings.connectTimeoutMs, 1, timerMsMax, 'connectTimeoutMs'),
    ...outside(reconnectMs.first, 1, timerMsMax, 'reconnectMs.first'),
    ...outside(reconnectMs.max, reconnectMs.first, timerMsMax, 'reconnectMs.max'),
    ...outside(settings.publishTimeoutMs, 1, timerMsMax, 'publishTimeoutMs'),
    ...outside(settings.consumerTimeoutMs, 1, timerMsMax, 'consumerTimeoutMs'),
    ...outside(settings.rebalanceMs, 1, timerMsMax, 'rebalanceMs'),
    ...outside(settings.partitions, 1, 1024, 'partitions'),
    ...outside(settings.messageBytesMax, 1, messageBytesLimit, 'messageBytesMax'),
    ...outside(settings.deliveryLimit, 1, timerMsMax, 'deliveryLimit'),
    ...delaysMs.flatMap((delayMs, index) => outside(delayMs, 1, delayMsMax, `delaysMs[${index}]`)),
    ...(expireAfterMs === undefined ? [] : outside(expireAfterMs, 1, delayMsMax, 'expireAfterMs')),
    ...(priorityHeader === '' ? ['priorityHeader is empty'] : []),
    ...(new Set(delaysMs).size < delaysMs.length ? ['delaysMs has a delay twice'] : []),
    ...(delaysMs.length > 16 ? ['delaysMs has more than 16 delays'] : []),
    ...(queueType === 'quorum' || queueType === 'classic' ? [] : ["queueType is neither 'quorum' nor 'classic'"]),
    ...(/^(?!amq\.)[\w.-]{1,64}$/.test(namePrefix)
      ? []
      : ['namePrefix must be 1 to 64 letters, digits, dots, dashes and underscores, and not begin with amq.']),
  ];
}

/** Never repeats the URL, which holds a password. */
function urlProblem(url: string, path: string): readonly string[] {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || parsed.hostname === '') return [`${path} is not a URL with a host`];
  return parsed.protocol === 'amqp:' || parsed.protocol === 'amqps:' ? [] : [`${path} is neither amqp: nor amqps:`];
}

function outside(value: number, min: number, max: number, path: string): readonly string[] {
  return Number.isInteger(value) && value >= min && value <= max
    ? []
    : [`${path} must be a whole number from ${min} to ${max}`];
}
