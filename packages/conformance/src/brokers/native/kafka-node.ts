import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BrokerDemands, SaslAccess, TlsAccess } from '../broker.ts';
import { createCertificate } from '../create-certificate.ts';
import { kafkaSettings, type KafkaListener } from '../kafka/kafka-settings.ts';
import { describeKafka } from '../probe/probe-kafka.ts';
import { folderOfProgram } from './folder-of-program.ts';
import { freePorts } from './free-ports.ts';
import type { Preparation, Program } from './recipe.ts';

const run = promisify(execFile);

export const kafkaVersion = '4.1.1';

/** The ports of one node, which the others know. */
export interface KafkaNodePorts {
  readonly port: number;
  readonly controllerPort: number;
}

export interface KafkaNodePlan {
  /** The folder with the jars. */
  readonly classpath: string;
  /** Of this node. */
  readonly folder: string;
  readonly demands: Required<BrokerDemands>;
  readonly clusterId: string;
  /** From 1; its place among the nodes. */
  readonly id: number;
  readonly nodes: readonly KafkaNodePorts[];
}

/** Writes the settings of a node and formats its storage. Its data lie in files that the system writes when it likes: they outlive the process. */
export async function prepareKafkaNode(plan: KafkaNodePlan): Promise<Preparation> {
  const { folder, demands, id, nodes } = plan;
  const [{ port, controllerPort } = { port: 0, controllerPort: 0 }] = nodes.slice(id - 1);
  const access = await secureAccess(folder, demands);
  const at = `127.0.0.1:${port}`;
  const settings = kafkaSettings(
    {
      id,
      nodeCount: nodes.length,
      voters: nodes.map((node, index) => `${index + 1}@127.0.0.1:${node.controllerPort}`).join(','),
      controllerAt: `127.0.0.1:${controllerPort}`,
      listeners: [{ name: 'CLIENT', protocol: 'PLAINTEXT', at, advertised: at }, ...access.listeners],
      data: join(folder, 'data'),
    },
    { users: demands.users, configuration: { ...access.settings, ...demands.configuration } },
  );
  const properties = join(folder, 'server.properties');
  await writeFile(properties, propertiesOf(settings));
  await format(plan, properties);
  return {
    address: `kafka://${at}`,
    ...(access.tls && { tls: access.tls }),
    ...(access.sasl && { sasl: access.sasl }),
    programs: [java(plan, serverOptions, 'kafka.Kafka', properties)],
    control: java(plan, toolOptions, 'kafka.admin.ConfigCommand', '--bootstrap-server', at),
    endSignal: 'SIGTERM',
    probe: async () => {
      const { product, brokers } = await describeKafka({ host: '127.0.0.1', port });
      // It answers before the others take it for alive, and until then it is told by nobody.
      if (!brokers.some((broker) => broker.port === port)) throw new Error('its cluster does not know it yet');
      return { product, version: kafkaVersion };
    },
  };
}

interface SecureAccess {
  readonly listeners: readonly KafkaListener[];
  readonly settings: Readonly<Record<string, string>>;
  readonly tls?: TlsAccess;
  readonly sasl?: SaslAccess;
}

/** The listeners beside the plain one. */
async function secureAccess(folder: string, { tls, users }: Required<BrokerDemands>): Promise<SecureAccess> {
  const [tlsPort = 0, saslPort = 0] = await freePorts(2);
  const hasUsers = Object.keys(users).length > 0;
  const scheme = tls ? 'kafkas' : 'kafka';
  const certificate = tls ? await createCertificate() : undefined;
  const keystore = join(folder, 'keystore.pem');
  if (certificate) await writeFile(keystore, certificate.key + certificate.text, { mode: 0o600 });
  const listener = (name: string, protocol: KafkaListener['protocol'], port: number): KafkaListener => ({
    name,
    protocol,
    at: `127.0.0.1:${port}`,
    advertised: `localhost:${port}`,
  });
  return {
    listeners: [
      ...(tls ? [listener('TLS', 'SSL', tlsPort)] : []),
      ...(hasUsers ? [listener('LOGIN', tls ? 'SASL_SSL' : 'SASL_PLAINTEXT', saslPort)] : []),
    ],
    settings: certificate ? { 'ssl.keystore.type': 'PEM', 'ssl.keystore.location': keystore } : {},
    ...(certificate && { tls: { address: `kafkas://localhost:${tlsPort}`, ca: certificate.text } }),
    ...(hasUsers && { sasl: { address: `${scheme}://localhost:${saslPort}` } }),
  };
}

/** Storage without the identity of its cluster is refused by the server. Logins by SCRAM are a part of the first metadata. */
async function format(plan: KafkaNodePlan, properties: string): Promise<void> {
  const logins = Object.entries(plan.demands.users).flatMap(([name, password]) =>
    ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((kind) => [
      '--add-scram',
      `${kind}=[name=${name},password=${password}]`,
    ]),
  );
  const words = ['format', '--cluster-id', plan.clusterId, '--config', properties, ...logins];
  const { command, arguments: options } = java(plan, toolOptions, 'kafka.tools.StorageTool', ...words);
  await run(command, [...options], { cwd: '/' });
}

const serverOptions = ['-Xmx512m'] as const;
/** What ends after a second is not worth compiling well. */
const toolOptions = ['-Xmx128m', '-XX:TieredStopAtLevel=1'] as const;

const java = (
  { classpath, folder }: KafkaNodePlan,
  options: readonly string[],
  main: string,
  ...words: readonly string[]
): Program => ({
  command: join(folderOfProgram('java') ?? '', 'java'),
  arguments: [
    ...options,
    '-XX:+UseSerialGC',
    // A file for each process in the system's folder, which a killed one leaves there.
    '-XX:-UsePerfData',
    `-Djava.io.tmpdir=${folder}`,
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
    '-cp',
    join(classpath, '*'),
    main,
    ...words,
  ],
});

const propertiesOf = (settings: Readonly<Record<string, string>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n`)
    .join('');
