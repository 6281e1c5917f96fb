import type { NewId, Random } from '@waybill/core/driver';
import { SqsTransportError } from './sqs-error.ts';
import { systemClock } from './time/system-clock.ts';
import type { SqsClock } from './time/system-clock.ts';
import { systemIds } from './time/system-ids.ts';
import { systemRandom } from './time/system-random.ts';
import { filterProblems } from './topology/filter-policy.ts';
import type { EventFilters } from './topology/filter-policy.ts';

export interface SqsTransportOptions {
  /** AWS region of the queues and topics. */
  readonly region: string;
  /**
   * `fifo`: order per key and five minutes of deduplication, over FIFO queues and FIFO topics. `standard`: neither, and no limit of
   * throughput. Part of the topology. Default `fifo`.
   */
  readonly queueType?: 'fifo' | 'standard';
  /** Where SQS and SNS are reached: an emulator or a VPC endpoint. Default: the public endpoints of the region. */
  readonly endpoint?: string;
  /** Default: the credential chain of the AWS SDK, which reads the environment, profiles and instance roles. */
  readonly credentials?: SqsCredentials | (() => Promise<SqsCredentials>);
  /**
   * Twelve digits; only topics need it, and only where topology is `off` or `verify`. Default: found in a list of the topics, which needs the right
   * `sns:ListTopics`.
   */
  readonly accountId?: string;
  /** Stands in front of every queue and topic, as it is. Up to 40 letters, digits, `-` and `_`. Default `waybill-`. */
  readonly namePrefix?: string;
  /** `apply` creates what is missing and refuses what differs; `verify` only looks; `off` does nothing. Default `apply`. */
  readonly topology?: 'apply' | 'verify' | 'off';
  /** FIFO only: where a deduplication key is looked for. Fixed when a queue is created. Default `queue`. */
  readonly deduplicationScope?: 'queue' | 'messageGroup';
  /** FIFO only: a limit per message group in the place of 300 calls a second; needs `deduplicationScope: 'messageGroup'`. Default false. */
  readonly highThroughput?: boolean;
  /** Standard only: the ordering key is sent as a message group, so that one busy key does not hold up others. Default false. */
  readonly fairQueueGroups?: boolean;
  /** At rest. Default `sqs`, a key of SQS. */
  readonly encryption?: SqsEncryption;
  /** How long an unread message is kept, in seconds; dead letters always for 14 days. Default 864,000 (10 days). */
  readonly retentionSeconds?: number;
  /**
   * Deliveries after which SQS itself moves a message to the dead-letter queue of its queue (`maxReceiveCount`): a net under the dead
   * letters of the bus, which come first. Default 1000, the most there is.
   */
  readonly deliveryLimit?: number;
  /** Headers that travel as message attributes of their own, for filter policies and other programs; the rest travels in one attribute. At most 8. Default none. */
  readonly attributeHeaders?: readonly string[];
  /**
   * Which events a group gets, by channel, group and header: those whose header has one of the values. Only headers of `attributeHeaders`.
   * Part of the topology. Default: each group gets every event.
   */
  readonly filters?: EventFilters;
  /** Tags of queues and topics. Default none. */
  readonly tags?: Readonly<Record<string, string>>;
  /**
   * Largest message, with its attributes. Events are never larger than 262,144 bytes, the limit of SNS; a transport of commands may take
   * up to 1,048,576. Default 262,144.
   */
  readonly messageBytesMax?: number;
  /** Most long polls of one receiver at once, each for ten messages; an idle one has one. Default 8. */
  readonly pollersMax?: number;
  /** How long a poll waits for a message, in seconds. Default 20, the longest and cheapest. */
  readonly longPollSeconds?: number;
  /** How long a connection may take. Default 3000. */
  readonly connectTimeoutMs?: number;
  /** How long any call but a long poll may take; a publish that took longer has an unknown outcome. Default 10,000. */
  readonly requestTimeoutMs?: number;
  /**
   * Answers with the age of the oldest message of a queue, in milliseconds, such as CloudWatch knows it (`ApproximateAgeOfOldestMessage`), or
   * with `undefined`. Default: what the receivers of this process have seen.
   */
  readonly queueAge?: (queueName: string) => Promise<number | undefined>;
  readonly clock?: SqsClock;
  readonly random?: Random;
  readonly newId?: NewId;
}

export interface SqsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** When they end; the callback is asked again shortly before. Default: never. */
  readonly expiration?: Date;
}

/** `none`, a key that SQS keeps, or a key of KMS by its id, alias or ARN, which topics use as well. */
export type SqsEncryption = 'none' | 'sqs' | { readonly kmsKeyId: string };

/** Options with every default filled in. */
export interface SqsSettings {
  readonly region: string;
  readonly queueType: 'fifo' | 'standard';
  readonly endpoint: string | undefined;
  readonly credentials: SqsCredentials | (() => Promise<SqsCredentials>) | undefined;
  readonly accountId: string | undefined;
  readonly namePrefix: string;
  readonly topology: 'apply' | 'verify' | 'off';
  readonly deduplicationScope: 'queue' | 'messageGroup';
  readonly highThroughput: boolean;
  readonly fairQueueGroups: boolean;
  readonly encryption: SqsEncryption;
  readonly retentionSeconds: number;
  readonly deliveryLimit: number;
  readonly attributeHeaders: readonly string[];
  readonly filters: EventFilters;
  readonly tags: Readonly<Record<string, string>>;
  readonly messageBytesMax: number;
  readonly pollersMax: number;
  readonly longPollSeconds: number;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly queueAge: ((queueName: string) => Promise<number | undefined>) | undefined;
  readonly clock: SqsClock;
  readonly random: Random;
  readonly newId: NewId;
}

const defaults = {
  queueType: 'fifo',
  endpoint: undefined,
  credentials: undefined,
  accountId: undefined,
  namePrefix: 'waybill-',
  topology: 'apply',
  deduplicationScope: 'queue',
  highThroughput: false,
  fairQueueGroups: false,
  encryption: 'sqs',
  retentionSeconds: 864_000,
  deliveryLimit: 1000,
  attributeHeaders: [],
  filters: {},
  tags: {},
  messageBytesMax: 262_144,
  pollersMax: 8,
  longPollSeconds: 20,
  connectTimeoutMs: 3000,
  requestTimeoutMs: 10_000,
  queueAge: undefined,
  clock: systemClock,
  random: systemRandom,
  newId: systemIds,
} satisfies Omit<SqsSettings, 'region'>;

/**
 * Fills in the defaults and checks everything at once.
 * @throws SqsTransportError `illegal-options`, naming every problem with its path
 */
export function readOptions(options: SqsTransportOptions): SqsSettings {
  const settings: SqsSettings = { ...defaults, ...options };
  const problems = problemsOf(settings);
  if (problems.length > 0) {
    throw new SqsTransportError('illegal-options', `Options of the SQS transport: ${problems.join('; ')}.`);
  }
  return settings;
}

/** Of SQS. */
const messageBytesLimit = 1_048_576;
const timerMsMax = 2_147_483_647;
/** Ten attributes of a message, less the two of this driver. */
const attributeHeadersMax = 8;

function problemsOf(settings: SqsSettings): readonly string[] {
  return [
    ...placeProblems(settings),
    ...queueTypeProblems(settings),
    ...outside(settings.retentionSeconds, 60, 1_209_600, 'retentionSeconds'),
    ...outside(settings.deliveryLimit, 1, 1000, 'deliveryLimit'),
    ...outside(settings.messageBytesMax, 1024, messageBytesLimit, 'messageBytesMax'),
    ...outside(settings.pollersMax, 1, 100, 'pollersMax'),
    ...outside(settings.longPollSeconds, 1, 20, 'longPollSeconds'),
    ...outside(settings.connectTimeoutMs, 1, timerMsMax, 'connectTimeoutMs'),
    ...outside(settings.requestTimeoutMs, 1, timerMsMax, 'requestTimeoutMs'),
    ...attributeProblems(settings.attributeHeaders),
    ...filterProblems(settings.filters, settings.attributeHeaders),
  ];
}

function placeProblems({ region, endpoint, accountId, namePrefix, topology }: SqsSettings): readonly string[] {
  return [
    ...(/^[a-z]{2}(?:-[a-z0-9]+)+$/u.test(region) ? [] : ['region must be a region of AWS, such as eu-central-1']),
    ...(endpoint === undefined || isHttpUrl(endpoint) ? [] : ['endpoint must be an http: or https: URL']),
    ...(accountId === undefined || /^\d{12}$/u.test(accountId) ? [] : ['accountId must have 12 digits']),
    ...(/^[A-Za-z0-9_-]{0,40}$/u.test(namePrefix)
      ? []
      : ['namePrefix must be at most 40 letters, digits, dashes and underscores']),
    ...(['apply', 'verify', 'off'].includes(topology) ? [] : ["topology is none of 'apply', 'verify' and 'off'"]),
  ];
}

function queueTypeProblems(settings: SqsSettings): readonly string[] {
  const { queueType, deduplicationScope, highThroughput, fairQueueGroups } = settings;
  if (queueType !== 'fifo' && queueType !== 'standard') return ["queueType is neither 'fifo' nor 'standard'"];
  const isFifo = queueType === 'fifo';
  return [
    ...(deduplicationScope === 'queue' || deduplicationScope === 'messageGroup'
      ? []
      : ["deduplicationScope is neither 'queue' nor 'messageGroup'"]),
    ...(isFifo || deduplicationScope === 'queue' ? [] : ['deduplicationScope is for FIFO queues only']),
    ...(isFifo || !highThroughput ? [] : ['highThroughput is for FIFO queues only']),
    ...(isFifo && highThroughput && deduplicationScope === 'queue'
      ? ["highThroughput needs deduplicationScope 'messageGroup'"]
      : []),
    ...(isFifo && fairQueueGroups ? ['fairQueueGroups is for standard queues only'] : []),
  ];
}

/** What SQS takes as the name of an attribute; its own and this driver's have prefixes that nobody else may use. */
const attributeName = /^(?!\.)(?!(?:aws|amazon)[.-])(?!.*\.\.)[\w.-]{1,256}(?<!\.)$/iu;

function attributeProblems(names: readonly string[]): readonly string[] {
  return [
    ...(names.length > attributeHeadersMax ? [`attributeHeaders has more than ${attributeHeadersMax} names`] : []),
    ...(new Set(names).size < names.length ? ['attributeHeaders has a name twice'] : []),
    ...names.flatMap((name, index) =>
      attributeName.test(name) && !name.startsWith('waybill')
        ? []
        : [`attributeHeaders[${index}] is no name of an attribute, or begins with aws, amazon or waybill`],
    ),
  ];
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}

function outside(value: number, min: number, max: number, path: string): readonly string[] {
  return Number.isInteger(value) && value >= min && value <= max
    ? []
    : [`${path} must be a whole number from ${min} to ${max}`];
}
