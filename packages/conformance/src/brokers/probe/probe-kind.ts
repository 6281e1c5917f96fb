import type { BrokerKind } from '../broker.ts';
import type { Endpoint, ServerIdentity } from './exchange.ts';
import { probeDynamodb } from './probe-dynamodb.ts';
import { probeEmulator, type EmulatorKind } from './probe-emulator.ts';
import { probeKafka } from './probe-kafka.ts';
import { probePgbouncer } from './probe-pgbouncer.ts';
import { probePostgres } from './probe-postgres.ts';
import { probeRabbitmq } from './probe-rabbitmq.ts';
import { probeRedis } from './probe-redis.ts';

interface Protocol {
  /** The schemes of its addresses, with the colon. */
  readonly schemes: readonly string[];
  readonly port: number;
  readonly probe: (endpoint: Endpoint, url: URL) => Promise<ServerIdentity>;
}

const emulator = (kind: EmulatorKind, port: number): Protocol => ({
  schemes: ['http:'],
  port,
  probe: (endpoint) => probeEmulator(kind, endpoint),
});

/** The protocols that the launcher speaks well enough to see that a server is up and what it is. */
export const protocols: Readonly<Record<BrokerKind, Protocol>> = {
  rabbitmq: { schemes: ['amqp:'], port: 5672, probe: probeRabbitmq },
  redis: {
    schemes: ['redis:'],
    port: 6379,
    probe: (endpoint, { username, password }) =>
      probeRedis(
        endpoint,
        password === ''
          ? undefined
          : { username: decodeURIComponent(username) || 'default', password: decodeURIComponent(password) },
      ),
  },
  postgres: {
    schemes: ['postgres:', 'postgresql:'],
    port: 5432,
    probe: (endpoint, url) => probePostgres(endpoint, ...sessionOf(url)),
  },
  pgbouncer: {
    schemes: ['postgres:', 'postgresql:'],
    port: 6432,
    probe: (endpoint, url) => probePgbouncer(endpoint, ...sessionOf(url)),
  },
  dynamodb: { schemes: ['http:'], port: 8000, probe: probeDynamodb },
  fauxqs: emulator('fauxqs', 4566),
  elasticmq: emulator('elasticmq', 9324),
  localstack: emulator('localstack', 4566),
  ministack: emulator('ministack', 4566),
  kafka: { schemes: ['kafka:'], port: 9092, probe: probeKafka },
};

function sessionOf({ username, pathname }: URL): [user: string, database: string] {
  const user = decodeURIComponent(username) || 'postgres';
  return [user, decodeURIComponent(pathname.slice(1)) || user];
}

/** Asks the server at an address to name itself. Rejects when it is not up. */
export async function probeKind(kind: BrokerKind, url: URL): Promise<ServerIdentity> {
  const protocol = protocols[kind];
  return protocol.probe(endpointOf(url, protocol.port), url);
}

const endpointOf = (url: URL, defaultPort: number): Endpoint => ({
  host: url.hostname.replace(/^\[|\]$/g, ''),
  port: Number(url.port) || defaultPort,
});
