import { connect, credentials as mechanisms } from 'amqplib';
import type { ChannelModel } from 'amqplib';
import type { RabbitSettings } from '../options.ts';
import { RabbitTransportError } from '../rabbit-error.ts';

export type ConnectionPurpose = 'publish' | 'consume' | 'topology';

/**
 * Tries the addresses in turn, beginning with `turn`, each with `connectTimeoutMs`: a frozen broker still takes TCP connections and
 * never answers the handshake. Throws the last error when none answers.
 */
export async function openConnection(
  settings: RabbitSettings,
  purpose: ConnectionPurpose,
  turn: number,
): Promise<ChannelModel> {
  let failure: unknown;
  for (let index = 0; index < settings.urls.length; index += 1) {
    const url = settings.urls[(turn + index) % settings.urls.length];
    if (url === undefined) continue;
    try {
      return await connectOnce(settings, purpose, url);
    } catch (error) {
      failure = sharperErrorOf(error);
    }
  }
  throw failure;
}

async function connectOnce(settings: RabbitSettings, purpose: ConnectionPurpose, url: string): Promise<ChannelModel> {
  const { tls, credentials, connectionName, connectTimeoutMs, heartbeatSeconds } = settings;
  const address = new URL(url);
  address.searchParams.set('heartbeat', String(heartbeatSeconds));
  const fresh = await credentials?.();
  return connect(address.href, {
    ...tls,
    ...(fresh === undefined ? {} : { credentials: mechanisms.plain(fresh.username, fresh.password) }),
    noDelay: true,
    keepAlive: true,
    timeout: connectTimeoutMs,
    clientProperties: { connection_name: `${connectionName} ${purpose}` },
  });
}

/** amqplib keeps to itself why the broker closed the connection in place of opening the virtual host. */
function sharperErrorOf(error: unknown): unknown {
  if (!(error instanceof Error && error.message.startsWith('Expected ConnectionOpenOk; got <ConnectionClose'))) {
    return error;
  }
  const text =
    'RabbitMQ refused the virtual host of the URL: it does not exist, the user has no right to it, or its limit of connections is reached.';
  return new RabbitTransportError('virtual-host-refused', text, { cause: error });
}
