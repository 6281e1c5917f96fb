/** The servers the launcher knows. */
export const brokerKinds = [
  'rabbitmq',
  'redis',
  'postgres',
  'pgbouncer',
  'dynamodb',
  'fauxqs',
  'elasticmq',
  'localstack',
  'ministack',
  'kafka',
] as const;

export type BrokerKind = (typeof brokerKinds)[number];

/** Where a broker came from, in the order in which the launcher tries. */
export const brokerOrigins = ['environment', 'docker', 'native'] as const;

export type BrokerOrigin = (typeof brokerOrigins)[number];

/**
 * A running server and the ways to hurt it. A broker from the environment belongs to somebody else: on it `kill9`,
 * `restart`, `pause` and `resume` throw {@link BrokerNotAvailable}, and `stop` only lets go of it.
 * The calls of one handle must not overlap.
 */
export interface Broker {
  readonly kind: BrokerKind;
  /** A URL with the credentials a client needs. It stays the same over `kill9` and `restart`. */
  readonly address: string;
  /** RabbitMQ: the management API with its credentials. PgBouncer: the PostgreSQL behind it. */
  readonly adminAddress?: string;
  /** Present when {@link BrokerDemands.tls} was asked for. */
  readonly tls?: TlsAccess;
  /** Present when {@link BrokerDemands.users} were asked for. */
  readonly sasl?: SaslAccess;
  /** As the server names itself, for example `RabbitMQ`. */
  readonly product: string;
  /** As the server reports it, or `unknown` where it tells only those who log in with a password. */
  readonly version: string;
  readonly startedBy: BrokerOrigin;
  /**
   * RabbitMQ that the launcher started: runs a command of its `rabbitmqctl`, such as
   * `control('set_vm_memory_high_watermark', 'absolute', '1')`, and gives what it printed. Rejects when the command fails.
   * Kafka that runs as a process of its own: its `kafka-configs`, for quotas, settings of topics and brokers, and logins, such as
   * `control('--alter', '--entity-type', 'clients', '--entity-default', '--add-config', 'producer_byte_rate=20000')`.
   */
  readonly control?: (...words: readonly string[]) => Promise<string>;
  /** Ends it with SIGKILL; the data stay. Resolves when no process of it is left. */
  readonly kill9: () => Promise<void>;
  /** Ends it politely if it still runs, then starts it on the same port and data and waits until it answers. */
  readonly restart: () => Promise<void>;
  /** Stops its processes with SIGSTOP: connections stay open, and nobody answers on them. */
  readonly pause: () => Promise<void>;
  /** Lets a paused broker go on. */
  readonly resume: () => Promise<void>;
  /** Ends it at once and removes its data. May be called again. */
  readonly stop: () => Promise<void>;
}

/** The TLS listener of a broker; the plain one stays open beside it. */
export interface TlsAccess {
  /** Names the host as its certificate does. */
  readonly address: string;
  /** The certificate to trust, in PEM: made for this broker, and its own authority. */
  readonly ca: string;
}

/** The listener of a broker that wants a login; the plain one, which wants none and has every right, stays open beside it. */
export interface SaslAccess {
  /** Without a login, which a client gives with its mechanism. Speaks TLS where that was asked for as well, with the same certificate. */
  readonly address: string;
}

/** The major versions of RabbitMQ that can be asked for; `any` is what the system or its container brings. */
export const rabbitmqVersions = ['any', '3', '4'] as const;

export type RabbitmqVersion = (typeof rabbitmqVersions)[number];

/** What a test needs of its server beyond the kind. A server from the environment must have it, or is refused. */
export interface BrokerDemands {
  /**
   * Settings by the names of the server's own configuration (`rabbitmq.conf`, `redis.conf`, `postgresql.conf`, `pgbouncer.ini`,
   * `server.properties`), over those of the launcher, for example `{ consumer_timeout: '5000' }`. Default: none.
   */
  readonly configuration?: Readonly<Record<string, string>>;
  /** RabbitMQ and Kafka: listens with TLS as well. Default: false. */
  readonly tls?: boolean;
  /**
   * Kafka: names and passwords of those who may log in at a listener of their own, by PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; anybody may
   * by OAUTHBEARER, with an unsigned token that names him as its `sub`. Access rules hold for them. Default: nobody.
   */
  readonly users?: Readonly<Record<string, string>>;
  /** RabbitMQ: its major version. Default: that of `WAYBILL_RABBITMQ_VERSION` in the environment, else `any`. */
  readonly version?: RabbitmqVersion;
  /**
   * PostgreSQL that the launcher runs itself: begins as a copy of the server at this address and streams from it until it is promoted
   * (`select pg_promote()`). Default: a server of its own.
   */
  readonly standbyOf?: string | undefined;
}

/** How a broker is looked for. Every field has a default. */
export interface StartBrokerOptions extends BrokerDemands {
  /** Which ways may be taken; the order is always that of {@link brokerOrigins}. Default: all. */
  readonly origins?: readonly BrokerOrigin[];
  /** Where the addresses of the environment are read. Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** How long a broker may take to answer, in milliseconds. Default: 60 000. */
  readonly startTimeoutMs?: number;
  /** Takes one line for each thing worth knowing, an installation above all. Default: standard error. */
  readonly log?: (line: string) => void;
}
