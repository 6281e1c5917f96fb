import type { ContainerRuntimeClient, StartedTestContainer } from 'testcontainers';
import { BrokerNotAvailable } from '../broker-not-available.ts';
import type { Broker, BrokerDemands, BrokerKind } from '../broker.ts';
import { freePorts } from '../native/free-ports.ts';
import { probeKind } from '../probe/probe-kind.ts';
import { waitForAnswer } from '../probe/wait-for-answer.ts';
import { withTls } from '../probe/with-tls.ts';
import { dockerImages, type DockerImage } from './docker-images.ts';

/**
 * Runs a server in a container, or gives nothing when no Docker engine answers or no image is known.
 * Testcontainers' reaper removes the container when this process is gone.
 * @throws BrokerNotAvailable when an engine answers but the container does not run.
 */
export async function findDockerBroker(
  kind: BrokerKind,
  demands: Required<BrokerDemands>,
  startTimeoutMs: number,
  log: (line: string) => void,
): Promise<Broker | undefined> {
  // A container does not reach a server on the loopback address of its host.
  if (demands.standbyOf !== undefined) return undefined;
  // The image has rules of its own for secure listeners; the other way gives them as they are asked for.
  if (kind === 'kafka' && (demands.tls || Object.keys(demands.users).length > 0)) return undefined;
  const known = dockerImages[kind];
  const image = known && { ...known, image: known.versions?.[demands.version] ?? known.image };
  const client = image && (await findEngine());
  if (image === undefined || client === undefined) return undefined;
  log(`starting ${image.image} in Docker (the first time its image is fetched)`);
  try {
    return await startContainer(kind, image, client, demands, startTimeoutMs);
  } catch (cause) {
    const reason = `Docker answers, but a container of ${image.image} could not be started`;
    throw new BrokerNotAvailable(kind, reason, 'Read the cause, or leave `docker` out of the origins.', { cause });
  }
}

async function findEngine(): Promise<ContainerRuntimeClient | undefined> {
  const { getContainerRuntimeClient } = await import('testcontainers');
  try {
    return await getContainerRuntimeClient();
  } catch {
    return undefined;
  }
}

async function startContainer(
  kind: BrokerKind,
  image: DockerImage,
  client: ContainerRuntimeClient,
  demands: Required<BrokerDemands>,
  startTimeoutMs: number,
): Promise<Broker> {
  const { GenericContainer } = await import('testcontainers');
  // Fixed ports: those that Docker draws itself change with every restart.
  const [port = 0, adminPort = 0, tlsPort = 0] = await freePorts(3);
  const configuration = await image.configure(demands, port);
  const others = [
    { container: image.adminPort, host: adminPort },
    { container: demands.tls ? image.tlsPort : undefined, host: tlsPort },
  ].flatMap(({ container, host }) => (container === undefined ? [] : [{ container, host }]));
  const definition = new GenericContainer(image.image)
    .withEnvironment({ ...image.environment, ...configuration.environment })
    .withExposedPorts({ container: image.port, host: port }, ...others)
    .withCopyContentToContainer(Object.entries(configuration.files).map(([target, content]) => ({ target, content })))
    .withStartupTimeout(startTimeoutMs);
  if (configuration.arguments.length > 0) definition.withCommand([...configuration.arguments]);
  const started = await definition.start();
  const container = client.container.getById(started.getId());
  const [before, after] = image.address;
  const address = `${before}${started.getHost()}:${port}${after}`;
  const tls =
    configuration.ca === undefined
      ? undefined
      : { address: `amqps://waybill:waybill@localhost:${tlsPort}`, ca: configuration.ca };
  const probe = withTls(() => probeKind(kind, new URL(address)), tls);
  const answer = () => waitForAnswer(probe, startTimeoutMs);
  const identity = await answer();
  const { control } = image;
  return {
    kind,
    address,
    ...(image.adminPort === undefined
      ? {}
      : { adminAddress: `http://waybill:waybill@${started.getHost()}:${adminPort}` }),
    ...(tls && { tls }),
    ...identity,
    startedBy: 'docker',
    ...(control !== undefined && { control: (...words) => runInside(started, [control, ...words]) }),
    kill9: () => container.kill({ signal: 'SIGKILL' }).then(() => undefined),
    restart: async () => {
      await container.restart();
      await answer();
    },
    pause: () => container.pause().then(() => undefined),
    resume: () => container.unpause().then(() => undefined),
    stop: () => started.stop().then(() => undefined),
  };
}

async function runInside(container: StartedTestContainer, command: string[]): Promise<string> {
  const { exitCode, stdout, output } = await container.exec(command);
  if (exitCode !== 0) throw new Error(`${command.join(' ')} ends with ${exitCode}: ${output}`);
  return stdout;
}
