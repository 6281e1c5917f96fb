import type { BrokerDemands, BrokerKind } from '../broker.ts';
import { kafkaSettings, type KafkaNode } from '../kafka/kafka-settings.ts';
import { dynamodbArguments } from '../native/dynamodb.ts';
import { redisArguments } from '../native/redis.ts';
import { rabbitmqFiles } from '../rabbitmq/rabbitmq-files.ts';

/** How one kind of server is run in a container. `compose.yaml` names the same images. */
export interface DockerImage {
  readonly image: string;
  /** Images of the versions that can be asked for, where they are not that one. */
  readonly versions?: Readonly<Record<string, string>>;
  /** The port of its own protocol. */
  readonly port: number;
  readonly adminPort?: number;
  /** Where it listens with TLS if that is asked for. */
  readonly tlsPort?: number;
  readonly environment: Readonly<Record<string, string>>;
  /** The command line of the running server. */
  readonly control?: string;
  /** @param hostPort where clients find `port`, for a server that tells them */
  readonly configure: (
    demands: Required<BrokerDemands>,
    hostPort: number,
  ) => ContainerConfiguration | Promise<ContainerConfiguration>;
  /** The address up to the host, and what follows the port. */
  readonly address: readonly [before: string, after: string];
}

/** What a container is given before it starts. */
export interface ContainerConfiguration {
  /** Replaces the image's own arguments where it is not empty. */
  readonly arguments: readonly string[];
  /** Over those of the image. Default: none. */
  readonly environment?: Readonly<Record<string, string>>;
  /** By their paths in the container. */
  readonly files: Readonly<Record<string, string>>;
  /** The certificate to trust, where it listens with TLS. */
  readonly ca?: string;
}

/** Versions are data: what is tested changes only here. */
export const dockerImages: Readonly<Partial<Record<BrokerKind, DockerImage>>> = {
  rabbitmq: {
    image: 'rabbitmq:4.0.5-management',
    versions: { 3: 'rabbitmq:3.13.7-management' },
    port: 5672,
    adminPort: 15_672,
    tlsPort: 5671,
    // `guest` may log in from the container's own loopback address only.
    environment: { RABBITMQ_DEFAULT_USER: 'waybill', RABBITMQ_DEFAULT_PASS: 'waybill' },
    control: 'rabbitmqctl',
    configure: async (demands) => {
      const { files, ...rest } = await rabbitmqFiles({ folder: '/etc/rabbitmq', tlsListener: '5671' }, demands);
      const entries = Object.entries(files).map(([name, text]) => [rabbitmqPath(name), text] as const);
      return { arguments: [], files: Object.fromEntries(entries), ...rest };
    },
    address: ['amqp://waybill:waybill@', ''],
  },
  redis: {
    image: 'redis:7.4.2',
    port: 6379,
    environment: {},
    configure: ({ configuration }) => ({
      arguments: ['redis-server', ...redisArguments({ appendonly: 'yes', appendfsync: 'always', ...configuration })],
      files: {},
    }),
    address: ['redis://', ''],
  },
  postgres: {
    image: 'postgres:17.2',
    port: 5432,
    environment: { POSTGRES_HOST_AUTH_METHOD: 'trust' },
    configure: ({ configuration }) => ({
      arguments: Object.entries(configuration).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      files: {},
    }),
    address: ['postgres://postgres@', '/postgres'],
  },
  dynamodb: {
    image: 'amazon/dynamodb-local:3.1.0',
    port: 8000,
    environment: {},
    configure: ({ configuration }) => ({
      arguments: ['-jar', 'DynamoDBLocal.jar', ...dynamodbArguments(configuration)],
      files: {},
    }),
    address: ['http://', ''],
  },
  kafka: {
    image: 'apache/kafka:4.1.1',
    port: 9092,
    environment: { KAFKA_HEAP_OPTS: '-Xmx512m' },
    configure: ({ configuration, users }, hostPort) => ({
      arguments: [],
      environment: kafkaEnvironment(kafkaSettings(kafkaInContainer(hostPort), { configuration, users })),
      files: {},
    }),
    address: ['kafka://', ''],
  },
};

/** Clients are told a port of the host, which the container itself does not reach: the broker has another one for itself. */
const kafkaInContainer = (hostPort: number): KafkaNode => ({
  id: 1,
  nodeCount: 1,
  voters: '1@localhost:9093',
  controllerAt: 'localhost:9093',
  listeners: [
    { name: 'BROKER', protocol: 'PLAINTEXT', at: 'localhost:19092', advertised: 'localhost:19092' },
    { name: 'CLIENT', protocol: 'PLAINTEXT', at: '0.0.0.0:9092', advertised: `localhost:${hostPort}` },
  ],
  data: '/var/lib/kafka/data',
});

/** How the image takes settings. None of ours has the characters that it writes otherwise. */
const kafkaEnvironment = (settings: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [`KAFKA_${name.replaceAll('.', '_').toUpperCase()}`, value]),
  );

// The image keeps settings of its own in files of this folder, which are read in the order of their names.
const rabbitmqPath = (name: string): string =>
  name === 'rabbitmq.conf' ? '/etc/rabbitmq/conf.d/90-waybill.conf' : `/etc/rabbitmq/${name}`;
