import type { BrokerDemands } from '../broker.ts';

/** A way in for clients and brokers, by the name that Kafka's settings have for it. */
export interface KafkaListener {
  readonly name: string;
  readonly protocol: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
  /** Where it listens, as `host:port`. */
  readonly at: string;
  /** What it tells clients. */
  readonly advertised: string;
}

/** One node of a cluster: a broker that takes part in the decisions as well. */
export interface KafkaNode {
  readonly id: number;
  /** Of the whole cluster. */
  readonly nodeCount: number;
  /** Where the nodes decide: `1@127.0.0.1:20001`, with commas between them. */
  readonly voters: string;
  /** Where this one does. */
  readonly controllerAt: string;
  /** The first one is that of the brokers among themselves. */
  readonly listeners: readonly [KafkaListener, ...KafkaListener[]];
  readonly data: string;
}

/** The settings of a node by their names in `server.properties`. */
export function kafkaSettings(
  node: KafkaNode,
  { configuration, users }: Pick<Required<BrokerDemands>, 'configuration' | 'users'>,
): Readonly<Record<string, string>> {
  return {
    ...placeSettings(node),
    ...replicationSettings(node.nodeCount),
    ...haste,
    // How long the others miss one that is dead. A broker alone is not to be taken for dead because its machine is busy.
    ...(node.nodeCount > 1 && { 'broker.session.timeout.ms': '3000' }),
    ...(Object.keys(users).length > 0 && loginSettings(users)),
    ...configuration,
  };
}

function placeSettings({ id, voters, controllerAt, listeners, data }: KafkaNode): Readonly<Record<string, string>> {
  const list = (one: (listener: KafkaListener) => string): string[] => listeners.map(one);
  return {
    'process.roles': 'broker,controller',
    'node.id': String(id),
    'controller.quorum.voters': voters,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': listeners[0].name,
    listeners: [...list(({ name, at }) => `${name}://${at}`), `CONTROLLER://${controllerAt}`].join(','),
    'advertised.listeners': list(({ name, advertised }) => `${name}://${advertised}`).join(','),
    'listener.security.protocol.map': [
      ...list(({ name, protocol }) => `${name}:${protocol}`),
      'CONTROLLER:PLAINTEXT',
    ].join(','),
    'log.dirs': data,
    // A name that was misspelled is an error, not a topic.
    'auto.create.topics.enable': 'false',
  };
}

/** Three nodes keep on writing without one of them, and lose nothing. */
function replicationSettings(nodeCount: number): Readonly<Record<string, string>> {
  const replicas = String(Math.min(nodeCount, 3));
  const inSync = String(Math.min(nodeCount, 2));
  return {
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
  };
}

/** Tests wait for all of these, and their machine has little to spare. */
const haste = {
  'group.initial.rebalance.delay.ms': '0',
  // Sessions may be as short as a test wants them; whoever asks for nothing has the usual ones.
  'group.min.session.timeout.ms': '100',
  'group.consumer.min.session.timeout.ms': '100',
  'group.consumer.min.heartbeat.interval.ms': '50',
  // With the usual two seconds a broker is that much longer on its way up.
  'broker.heartbeat.interval.ms': '500',
  'offsets.topic.num.partitions': '8',
  'transaction.state.log.num.partitions': '4',
  'share.coordinator.state.topic.num.partitions': '4',
  'log.cleaner.dedupe.buffer.size': '16777216',
} as const;

/**
 * Who may log in, and how. Everybody may do everything until an access rule names it: then the rule decides, but not for those who come
 * without a login.
 */
function loginSettings(users: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const security = 'org.apache.kafka.common.security';
  const passwords = Object.entries(users).map(([name, password]) => `user_${name}=${JSON.stringify(password)}`);
  const scram = `${security}.scram.ScramLoginModule required;`;
  return {
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    [jaas('plain')]: `${security}.plain.PlainLoginModule required ${passwords.join(' ')};`,
    [jaas('scram-sha-256')]: scram,
    [jaas('scram-sha-512')]: scram,
    // Without a key to check them by, it takes tokens that nobody has signed.
    [jaas('oauthbearer')]:
      `${security}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS',
    'allow.everyone.if.no.acl.found': 'true',
  };
}

const jaas = (mechanism: string): string => `listener.name.login.${mechanism}.sasl.jaas.config`;
