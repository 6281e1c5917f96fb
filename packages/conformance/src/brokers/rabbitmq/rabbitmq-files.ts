import type { BrokerDemands } from '../broker.ts';
import { createCertificate } from '../create-certificate.ts';

/** Where a node listens, and where its files lie. */
export interface RabbitmqPlace {
  /** Where the files that {@link rabbitmqFiles} gives will be, seen by the node. */
  readonly folder: string;
  /** The TLS listener, as an address with its port or the port alone. */
  readonly tlsListener: string;
}

/** The files of a node's configuration by their names, and the certificate to trust where it listens with TLS. */
export interface RabbitmqFiles {
  readonly files: Readonly<Record<string, string>>;
  readonly ca?: string;
}

/**
 * For tests that wait for them: consumer timeouts are looked for once a minute otherwise, and what quorum queues tell about themselves
 * is up to five seconds old. `rabbitmq.conf` has no names for these.
 */
const ticks = '{channel_tick_interval, 1000}, {quorum_tick_interval, 300}';

/** Writes the configuration of a node: `rabbitmq.conf`, `advanced.config` and, for TLS, `certificate.pem` and `key.pem`. */
export async function rabbitmqFiles(
  { folder, tlsListener }: RabbitmqPlace,
  demands: Required<BrokerDemands>,
  settings: Readonly<Record<string, string>> = {},
): Promise<RabbitmqFiles> {
  const certificate = demands.tls ? await createCertificate() : undefined;
  const tlsSettings = {
    'listeners.ssl.1': tlsListener,
    'ssl_options.cacertfile': `${folder}/certificate.pem`,
    'ssl_options.certfile': `${folder}/certificate.pem`,
    'ssl_options.keyfile': `${folder}/key.pem`,
    'ssl_options.verify': 'verify_none',
  };
  const lines = Object.entries({ ...settings, ...(certificate && tlsSettings), ...demands.configuration });
  return {
    files: {
      'rabbitmq.conf': lines.map(([name, value]) => `${name} = ${value}\n`).join(''),
      'advanced.config': `[{rabbit, [${ticks}]}].\n`,
      ...(certificate && { 'certificate.pem': certificate.text, 'key.pem': certificate.key }),
    },
    ...(certificate && { ca: certificate.text }),
  };
}
