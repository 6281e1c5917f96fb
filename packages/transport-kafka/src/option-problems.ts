import type { KafkaSasl, KafkaSettings, StartFrom } from './options.ts';

/** Everything that is wrong with the settings, each with its path. Never repeats a secret. */
export function optionProblems(settings: KafkaSettings): readonly string[] {
  return [
    ...placeProblems(settings),
    ...topicProblems(settings),
    ...timeProblems(settings),
    ...outside(settings.fetchBytesMax, 1024, byteLimit, 'fetchBytesMax'),
    ...outside(settings.partitionBytesMax, 1024, byteLimit, 'partitionBytesMax'),
    ...outside(settings.windowMax, 1, 10_000_000, 'windowMax'),
    ...outside(settings.messageBytesMax, 1024, byteLimit, 'messageBytesMax'),
    ...Object.entries(settings.startFrom).flatMap(([name, from]) => startProblems(`startFrom[${name}]`, from)),
  ];
}

const timerMsMax = 2_147_483_647;
const byteLimit = 256 * 1024 * 1024;

/** Host names, IPv4, and IPv6 in brackets. */
const brokerAddress = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})$/u;

function placeProblems(settings: KafkaSettings): readonly string[] {
  const { brokers, client, clientId, namePrefix, sasl, instanceId, groupProtocol } = settings;
  return [
    ...(brokers.length === 0 ? ['brokers is empty'] : []),
    ...brokers.flatMap((broker, index) => {
      const port = Number(brokerAddress.exec(broker)?.[1] ?? 0);
      return port >= 1 && port <= 65_535 ? [] : [`brokers[${index}] must be host:port`];
    }),
    ...oneOf(client, ['kafkajs', 'platformatic'], 'client'),
    ...(clientId === '' ? ['clientId is empty'] : []),
    ...(/^[\w.-]{1,64}$/u.test(namePrefix)
      ? []
      : ['namePrefix must be 1 to 64 letters, digits, dots, dashes and underscores']),
    ...(sasl === undefined ? [] : saslProblems(sasl)),
    ...(instanceId === undefined ? [] : instanceProblems(instanceId, client)),
    ...oneOf(groupProtocol, client === 'kafkajs' ? ['eager'] : ['eager', 'cooperative', 'consumer'], 'groupProtocol'),
  ];
}

function saslProblems(sasl: KafkaSasl): readonly string[] {
  const mechanisms = ['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'] as const;
  const unknown = oneOf(sasl.mechanism, mechanisms, 'sasl.mechanism');
  if (unknown.length > 0) return unknown;
  if (sasl.mechanism === 'oauthbearer') {
    return typeof sasl.token === 'function' ? [] : ['sasl.token must be a function'];
  }
  const { credentials } = sasl as { readonly credentials?: unknown };
  return typeof credentials === 'function' || (typeof credentials === 'object' && credentials !== null)
    ? []
    : ['sasl.credentials must be a user name with a password, or a function'];
}

function instanceProblems(instanceId: string, client: KafkaSettings['client']): readonly string[] {
  return [
    ...(/^[\w.-]{1,249}$/u.test(instanceId)
      ? []
      : ['instanceId must be 1 to 249 letters, digits, dots, dashes and underscores']),
    ...(client === 'kafkajs' ? ['instanceId needs client platformatic: kafkajs knows no static membership'] : []),
  ];
}

function topicProblems(settings: KafkaSettings): readonly string[] {
  const { partitions, replicas, retentionMs, cleanup, compression, topology } = settings;
  return [
    ...oneOf(topology, ['apply', 'verify', 'off'], 'topology'),
    ...outside(partitions, 1, 10_000, 'partitions'),
    ...(replicas === -1 ? [] : outside(replicas, 1, 32_767, 'replicas')),
    ...(retentionMs === undefined || retentionMs === -1
      ? []
      : outside(retentionMs, 1, Number.MAX_SAFE_INTEGER, 'retentionMs')),
    ...oneOf(cleanup, ['delete', 'compact', 'compact,delete'], 'cleanup'),
    ...oneOf(compression, ['none', 'gzip', 'snappy', 'lz4', 'zstd'], 'compression'),
  ];
}

function timeProblems(settings: KafkaSettings): readonly string[] {
  const { sessionTimeoutMs } = settings;
  const third = Math.max(1, Math.floor(sessionTimeoutMs / 3));
  return [
    ...outside(settings.publishTimeoutMs, 1, timerMsMax, 'publishTimeoutMs'),
    ...outside(settings.requestTimeoutMs, 1, timerMsMax, 'requestTimeoutMs'),
    ...outside(settings.connectTimeoutMs, 1, timerMsMax, 'connectTimeoutMs'),
    ...outside(sessionTimeoutMs, 1000, timerMsMax, 'sessionTimeoutMs'),
    ...outside(settings.rebalanceTimeoutMs, 1000, timerMsMax, 'rebalanceTimeoutMs'),
    // Heartbeats of kafkajs ride on its fetches: one that waits too long costs the session.
    ...outside(settings.heartbeatMs, 1, third, 'heartbeatMs'),
    ...outside(settings.fetchWaitMs, 1, third, 'fetchWaitMs'),
    ...outside(settings.handOverMs, 0, third, 'handOverMs'),
    ...outside(settings.commitMs, 1, timerMsMax, 'commitMs'),
  ];
}

function startProblems(path: string, from: StartFrom): readonly string[] {
  if (from === 'earliest' || from === 'latest') return [];
  if (typeof from !== 'object') return [`${path} is none of earliest, latest, a timestamp and offsets`];
  if ('timestampMs' in from) return outside(from.timestampMs, 0, Number.MAX_SAFE_INTEGER, `${path}.timestampMs`);
  return Object.entries(from.offsets).flatMap(([partition, offset]) => [
    ...outside(Number(partition), 0, 9999, `${path}.offsets, partition`),
    ...outside(offset, 0, Number.MAX_SAFE_INTEGER, `${path}.offsets[${partition}]`),
  ]);
}

function oneOf(value: string, words: readonly string[], path: string): readonly string[] {
  return words.includes(value) ? [] : [`${path} is none of ${words.join(', ')}`];
}

function outside(value: number, min: number, max: number, path: string): readonly string[] {
  return Number.isInteger(value) && value >= min && value <= max
    ? []
    : [`${path} must be a whole number from ${min} to ${max}`];
}
