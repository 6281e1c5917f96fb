import type { BrokerKind } from '../broker.ts';

/** How one kind of server is run in a container. `compose.yaml` names the same images. */
export interface DockerImage {
  readonly image: string;
  /** The port of its own protocol. */
  readonly port: number;
  readonly adminPort?: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Replaces the image's own arguments where it is not empty. */
  readonly arguments: readonly string[];
  /** The address up to the host, and what follows the port. */
  readonly address: readonly [before: string, after: string];
}

/** Versions are data: what is tested changes only here. */
export const dockerImages: Readonly<Partial<Record<BrokerKind, DockerImage>>> = {
  rabbitmq: {
    image: 'rabbitmq:4.0.5-management',
    port: 5672,
    adminPort: 15_672,
    // `guest` may log in from the container's own loopback address only.
    environment: { RABBITMQ_DEFAULT_USER: 'waybill', RABBITMQ_DEFAULT_PASS: 'waybill' },
    arguments: [],
    address: ['amqp://waybill:waybill@', ''],
  },
  redis: {
    image: 'redis:7.4.2',
    port: 6379,
    environment: {},
    arguments: ['redis-server', '--appendonly', 'yes', '--appendfsync', 'always'],
    address: ['redis://', ''],
  },
  postgres: {
    image: 'postgres:17.2',
    port: 5432,
    environment: { POSTGRES_HOST_AUTH_METHOD: 'trust' },
    arguments: [],
    address: ['postgres://postgres@', '/postgres'],
  },
};
