import { BrokerNotAvailable } from './broker-not-available.ts';
import type { Broker, BrokerDemands, BrokerKind } from './broker.ts';
import { addressVariable, adminAddressVariable } from './environment-variables.ts';
import type { ServerIdentity } from './probe/exchange.ts';
import { probeKind, protocols } from './probe/probe-kind.ts';
import { waitForAnswer } from './probe/wait-for-answer.ts';

/**
 * The server that the environment names, or nothing when it names none.
 * @throws BrokerNotAvailable when the address is wrong or nobody answers there: another server is never used instead.
 */
export async function findEnvironmentBroker(
  kind: BrokerKind,
  environment: Readonly<Record<string, string | undefined>>,
  demands: Required<BrokerDemands>,
  startTimeoutMs: number,
): Promise<Broker | undefined> {
  const name = addressVariable(kind);
  const address = environment[name];
  const protocol = protocols[kind];
  if (address === undefined || address === '') return undefined;
  if (demands.tls || demands.standbyOf !== undefined || hasAny(demands.configuration) || hasAny(demands.users)) {
    const reason = `${name} names a server that is not ours to configure`;
    throw new BrokerNotAvailable(kind, reason, `Remove ${name} to get one of your own.`);
  }
  const remedy = `Correct ${name}, or remove it.`;
  const url = URL.parse(address);
  if (url === null || url.hostname === '' || !protocol.schemes.includes(url.protocol)) {
    const wanted = protocol.schemes.map((scheme) => `${scheme}//`).join(' or ');
    throw new BrokerNotAvailable(kind, `${name} is not an address that begins with ${wanted}`, remedy);
  }
  const identity = await identify(kind, name, url, startTimeoutMs);
  if (demands.version !== 'any' && !identity.version.startsWith(`${demands.version}.`)) {
    const reason = `${name} names version ${identity.version}, and ${demands.version} is asked for`;
    throw new BrokerNotAvailable(kind, reason, remedy);
  }
  return foreignBroker(kind, address, environment[adminAddressVariable(kind)], identity);
}

const hasAny = (record: Readonly<Record<string, string>>): boolean => Object.keys(record).length > 0;

async function identify(kind: BrokerKind, name: string, url: URL, startTimeoutMs: number): Promise<ServerIdentity> {
  try {
    return await waitForAnswer(() => probeKind(kind, url), startTimeoutMs);
  } catch (cause) {
    const reason = `${name} names ${url.host}, which does not answer as ${kind}`;
    throw new BrokerNotAvailable(kind, reason, `Correct ${name}, or remove it.`, { cause });
  }
}

function foreignBroker(
  kind: BrokerKind,
  address: string,
  adminAddress: string | undefined,
  identity: ServerIdentity,
): Broker {
  const refuse = async (): Promise<never> => {
    const reason = 'the server comes from the environment and is not ours to break';
    throw new BrokerNotAvailable(kind, reason, `Remove ${addressVariable(kind)} to get one of your own.`);
  };
  return {
    kind,
    address,
    ...(adminAddress === undefined ? {} : { adminAddress }),
    ...identity,
    startedBy: 'environment',
    kill9: refuse,
    restart: refuse,
    pause: refuse,
    resume: refuse,
    stop: async () => undefined,
  };
}
