import { connect, credentials as mechanisms } from 'amqplib';
import type { ChannelModel } from 'amqplib';
import type { RabbitCredentials, RabbitSettings } from '../options.ts';
import { RabbitTransportError } from '../rabbit-error.ts';
import { coalesceWrites } from './coalesce-writes.ts';

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
  const { tls, connectionName, connectTimeoutMs, heartbeatSeconds } = settings;
  const address = new URL(url);
  address.searchParams.set('heartbeat', String(heartbeatSeconds));
  const fresh = await freshCredentials(settings);
  const model = await connect(address.href, {
    ...tls,
    ...(fresh === undefined ? {} : { credentials: mechanisms.plain(fresh.username, fresh.password) }),
    noDelay: true,
    keepAlive: true,
    timeout: connectTimeoutMs,
    clientProperties: { connection_name: `${connectionName} ${purpose}` },
  });
  coalesceWrites(model);
  return model;
}

/** Those of the callback, which may ask a secret store that is slow, hangs or is down. */
async function freshCredentials({
  credentials,
  connectTimeoutMs,
  clock,
}: RabbitSettings): Promise<RabbitCredentials | undefined> {
  if (credentials === undefined) return undefined;
  const late = Promise.withResolvers<never>();
  const timer = clock.after(connectTimeoutMs, () =>
    late.reject(new Error('It did not answer within connectTimeoutMs.')),
  );
  try {
    return await Promise.race([credentials(), late.promise]);
  } catch (cause) {
    const text = 'The option `credentials` gave none: see what its source says.';
    throw new RabbitTransportError('credentials-missing', text, { cause });
  } finally {
    timer.cancel();
  }
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
