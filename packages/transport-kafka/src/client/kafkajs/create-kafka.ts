import kafkajs from 'kafkajs';
import type { Kafka, KafkaConfig, LogEntry, RetryOptions } from 'kafkajs';
import type { KafkaClientLog, KafkaSettings } from '../../options.ts';
import { createSocket } from './create-socket.ts';
import { quietRequestQueues } from './quiet-request-queues.ts';
import { saslMechanismOf } from './sasl-mechanism.ts';
import { withToldRefusals } from './told-refusals.ts';

export type ConnectionSettings = Pick<
  KafkaSettings,
  'brokers' | 'clientId' | 'tls' | 'sasl' | 'connectTimeoutMs' | 'requestTimeoutMs' | 'onClientLog'
>;

/**
 * kafkajs, told where the brokers are and how to get in. It prints nothing: what it logs goes to `onClientLog` or nowhere.
 * `retry` is how often it tries by itself.
 */
export function createKafka(settings: ConnectionSettings, retry: RetryOptions): Kafka {
  quietRequestQueues();
  const { tls, sasl } = settings;
  const kafka = new kafkajs.Kafka({
    brokers: [...settings.brokers],
    clientId: settings.clientId,
    connectionTimeout: settings.connectTimeoutMs,
    authenticationTimeout: settings.connectTimeoutMs,
    requestTimeout: settings.requestTimeoutMs,
    retry,
    socketFactory: createSocket,
    ...(tls === undefined ? {} : { ssl: tls }),
    ...(sasl === undefined ? {} : { sasl: saslMechanismOf(sasl) }),
    ...logOf(settings.onClientLog),
  });
  return withToldRefusals(kafka);
}

function logOf(onClientLog: KafkaSettings['onClientLog']): Pick<KafkaConfig, 'logLevel' | 'logCreator'> {
  if (onClientLog === undefined) {
    return { logLevel: kafkajs.logLevel.NOTHING, logCreator: () => () => undefined };
  }
  return {
    logLevel: kafkajs.logLevel.INFO,
    logCreator: () => (entry) => onClientLog(toClientLog(entry)),
  };
}

const levels: Readonly<Record<string, KafkaClientLog['level']>> = {
  ERROR: 'error',
  WARN: 'warn',
  INFO: 'info',
  DEBUG: 'debug',
};

function toClientLog({ label, log }: LogEntry): KafkaClientLog {
  const { message, timestamp: _timestamp, ...details } = log;
  return { level: levels[label] ?? 'info', message, details };
}
