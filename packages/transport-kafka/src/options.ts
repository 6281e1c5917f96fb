import type { ConnectionOptions } from 'node:tls';
import type { Random } from '@waybill/core/driver';
import { KafkaTransportError } from './kafka-error.ts';
import { optionProblems } from './option-problems.ts';
import { systemClock } from './time/system-clock.ts';
import type { KafkaClock } from './time/system-clock.ts';
import { systemRandom } from './time/system-random.ts';

export interface KafkaTransportOptions {
  /** `host:port` of some brokers of one cluster; the others are found through them. */
  readonly brokers: readonly string[];
  /** The library that speaks the protocol; `platformatic` needs `@platformatic/kafka` to be installed. Default `kafkajs`. */
  readonly client?: 'kafkajs' | 'platformatic';
  /** Shown in the broker's logs, metrics and quotas. Default `waybill`. */
  readonly clientId?: string;
  /** Certificates and the like, as `tls.connect` takes them; `{}` for a certificate of a known authority. Default: no TLS. */
  readonly tls?: ConnectionOptions;
  /** How to log in. A callback is asked at every connection, so that what was rotated is used from the next one on. Default: not at all. */
  readonly sasl?: KafkaSasl;
  /** First part of every topic and group. Default `waybill`. */
  readonly namePrefix?: string;
  /** `apply` creates what is missing and refuses what differs; `verify` only looks; `off` does nothing. Default `apply`. */
  readonly topology?: 'apply' | 'verify' | 'off';
  /**
   * Partitions of each topic, among which keys are spread by murmur2 as in Java: more instances than that stand by. Part of the topology, and
   * what this publisher computes by: another number than the topic's is a `topology-conflict`. Default 8.
   */
  readonly partitions?: number;
  /** Copies of each partition, the leader's included; −1 for the broker's default. Part of the topology. Default −1. */
  readonly replicas?: number;
  /** How long a record is kept, read or not; −1 for ever. Part of the topology. Default: that of the broker. */
  readonly retentionMs?: number;
  /**
   * Whether Kafka may remove all but the last record of a key, beside what is older than the retention (`compact,delete`) or instead
   * (`compact`). What was not read by then is lost to slow groups. Part of the topology. Default `delete`.
   */
  readonly cleanup?: 'delete' | 'compact' | 'compact,delete';
  /** Codec of each batch. `gzip` is built in; the others need a codec package with kafkajs. Default `none`. */
  readonly compression?: KafkaCompression;
  /**
   * Where a group begins that is declared for the first time, by subscription `channel/group`. Default `earliest` for a command, whose topic has kept
   * what was sent before, and `latest` for an event: what comes after.
   */
  readonly startFrom?: Readonly<Record<string, StartFrom>>;
  /**
   * Static membership: a name that is this instance's alone and stays over restarts, so that a restart within `sessionTimeoutMs` moves no
   * partitions. Only with `platformatic`. Default: none.
   */
  readonly instanceId?: string;
  /**
   * How members share partitions out. `eager`: all stop at every change. `cooperative`: only what moves stops. `consumer`: the broker shares out
   * (KIP-848, Kafka 4.0). kafkajs has `eager` only. Default `eager` with kafkajs and `cooperative` with platformatic.
   */
  readonly groupProtocol?: KafkaGroupProtocol;
  /**
   * How long a publish may wait until it is begun, after which it is certain that it was not sent, and how long its batch may be tried, after which
   * the outcome is unknown. A batch that is refused and divided has that long for each half. Default 30,000.
   */
  readonly publishTimeoutMs?: number;
  /** How long any other request may take. Default 30,000. */
  readonly requestTimeoutMs?: number;
  /** How long a connection may take. Default 3000. */
  readonly connectTimeoutMs?: number;
  /** After so long without a heartbeat the partitions of a member go to others. Default 30,000. */
  readonly sessionTimeoutMs?: number;
  /** How long the group waits for a member to join anew. Default 60,000. */
  readonly rebalanceTimeoutMs?: number;
  /**
   * How long handlers may go on when the group is shared anew, before partitions are given up; what takes longer is handled again where its partition
   * goes to. At most a third of the session. Default 1000.
   */
  readonly handOverMs?: number;
  /** Default 3000; at most a third of the session. */
  readonly heartbeatMs?: number;
  /** How often finished work is committed; what was finished since is handled again after a crash. Default 1000. */
  readonly commitMs?: number;
  /**
   * Longest wait of one fetch, and so of a partition that goes on after a pause; with kafkajs one heartbeat while nothing is unfinished. Default 500;
   * at most a third of the session.
   */
  readonly fetchWaitMs?: number;
  /** Of one fetch over all partitions. Default 8 MiB. */
  readonly fetchBytesMax?: number;
  /** Of one fetch and partition. A larger record still comes, alone. Default 1 MiB. */
  readonly partitionBytesMax?: number;
  /**
   * Most records of a partition between the committed offset and the last one taken from the client: what one unfinished record holds back, and
   * what is handled again at most when the partition moves. Default 10,000.
   */
  readonly windowMax?: number;
  /** Largest message, with key and headers. No more than the broker's `max.message.bytes`. Default 1,000,000. */
  readonly messageBytesMax?: number;
  /** Told what the client logs, which is discarded otherwise. */
  readonly onClientLog?: (entry: KafkaClientLog) => void;
  readonly clock?: KafkaClock;
  readonly random?: Random;
}

export type KafkaCompression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

export type KafkaGroupProtocol = 'eager' | 'cooperative' | 'consumer';

/** Callbacks are asked anew for every connection. */
export type KafkaSasl =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
      readonly credentials: KafkaCredentials | (() => KafkaCredentials | Promise<KafkaCredentials>);
    }
  | { readonly mechanism: 'oauthbearer'; readonly token: () => string | Promise<string> };

export interface KafkaCredentials {
  readonly username: string;
  readonly password: string;
}

/** The first record that a group gets; offsets by partition, the earliest where a partition is missing. */
export type StartFrom =
  | 'earliest'
  | 'latest'
  | { readonly timestampMs: number }
  | { readonly offsets: Readonly<Record<number, number>> };

/** One line of a client's log; the details hold no body. */
export interface KafkaClientLog {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Options with every default filled in. */
export interface KafkaSettings {
  readonly brokers: readonly string[];
  readonly client: 'kafkajs' | 'platformatic';
  readonly clientId: string;
  readonly tls: ConnectionOptions | undefined;
  readonly sasl: KafkaSasl | undefined;
  readonly namePrefix: string;
  readonly topology: 'apply' | 'verify' | 'off';
  readonly partitions: number;
  readonly replicas: number;
  readonly retentionMs: number | undefined;
  readonly cleanup: 'delete' | 'compact' | 'compact,delete';
  readonly compression: KafkaCompression;
  readonly startFrom: Readonly<Record<string, StartFrom>>;
  readonly instanceId: string | undefined;
  readonly groupProtocol: KafkaGroupProtocol;
  readonly publishTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly handOverMs: number;
  readonly heartbeatMs: number;
  readonly commitMs: number;
  readonly fetchWaitMs: number;
  readonly fetchBytesMax: number;
  readonly partitionBytesMax: number;
  readonly windowMax: number;
  readonly messageBytesMax: number;
  readonly onClientLog: ((entry: KafkaClientLog) => void) | undefined;
  readonly clock: KafkaClock;
  readonly random: Random;
}

const defaults = {
  client: 'kafkajs',
  clientId: 'waybill',
  tls: undefined,
  sasl: undefined,
  namePrefix: 'waybill',
  topology: 'apply',
  partitions: 8,
  replicas: -1,
  retentionMs: undefined,
  cleanup: 'delete',
  compression: 'none',
  startFrom: {},
  instanceId: undefined,
  publishTimeoutMs: 30_000,
  requestTimeoutMs: 30_000,
  connectTimeoutMs: 3000,
  sessionTimeoutMs: 30_000,
  rebalanceTimeoutMs: 60_000,
  handOverMs: 1000,
  heartbeatMs: 3000,
  commitMs: 1000,
  fetchWaitMs: 500,
  fetchBytesMax: 8 * 1024 * 1024,
  partitionBytesMax: 1024 * 1024,
  windowMax: 10_000,
  messageBytesMax: 1_000_000,
  onClientLog: undefined,
  clock: systemClock,
  random: systemRandom,
} satisfies Omit<KafkaSettings, 'brokers' | 'groupProtocol'>;

/**
 * Fills in the defaults and checks everything at once.
 * @throws KafkaTransportError `illegal-options`, naming every problem with its path
 */
export function readOptions(options: KafkaTransportOptions): KafkaSettings {
  const groupProtocol = options.client === 'platformatic' ? 'cooperative' : 'eager';
  const settings: KafkaSettings = { ...defaults, groupProtocol, ...options };
  const problems = optionProblems(settings);
  if (problems.length > 0) {
    throw new KafkaTransportError('illegal-options', `Options of the Kafka transport: ${problems.join('; ')}.`);
  }
  return settings;
}
