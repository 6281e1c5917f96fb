import type { KafkaSettings } from '../../options.ts';

/** The settings that this client reads. */
export type PlatformaticSettings = Pick<
  KafkaSettings,
  | 'brokers'
  | 'clientId'
  | 'clock'
  | 'compression'
  | 'connectTimeoutMs'
  | 'groupProtocol'
  | 'requestTimeoutMs'
  | 'sasl'
  | 'tls'
>;
