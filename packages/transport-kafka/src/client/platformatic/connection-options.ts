import { callbackify } from 'node:util';
import type { ConnectionOptions, SASLOptions } from '@platformatic/kafka';
import type { KafkaSasl } from '../../options.ts';
import type { Platformatic } from './load-platformatic.ts';
import type { PlatformaticSettings } from './platformatic-settings.ts';

type SaslAnswer = Awaited<ReturnType<Platformatic['saslPlain']['authenticate']>>;

/** What the library needs to reach a broker. */
export function connectionOptions(platformatic: Platformatic, settings: PlatformaticSettings): ConnectionOptions {
  const { tls, sasl, connectTimeoutMs } = settings;
  return {
    connectTimeout: connectTimeoutMs,
    // The limit of each request is kept outside, where it differs by what is asked.
    requestTimeout: 2_147_483_647,
    // A broker answers the requests of a connection one after the other anyway.
    maxInflights: 64,
    ...(tls === undefined ? {} : { tls }),
    ...(sasl === undefined ? {} : { sasl: saslOptions(platformatic, sasl) }),
  };
}

function saslOptions(platformatic: Platformatic, sasl: KafkaSasl): SASLOptions {
  if (sasl.mechanism === 'oauthbearer') return { mechanism: 'OAUTHBEARER', token: sasl.token };
  const { mechanism, credentials } = sasl;
  const { saslPlain, saslScramSha } = platformatic;
  return {
    mechanism: mechanisms[mechanism],
    // Asked once for both: the library asks for user name and password apart, which may then be of two generations.
    authenticate: (_mechanism, connection, api, _username, _password, _token, callback) => {
      const logIn = async (): Promise<SaslAnswer> => {
        const { username, password } = typeof credentials === 'function' ? await credentials() : credentials;
        return mechanism === 'plain'
          ? saslPlain.authenticate(api, connection, username, password)
          : saslScramSha.authenticate(api, connection, scramAlgorithms[mechanism], username, password);
      };
      callbackify(logIn)(callback);
    },
  };
}

const mechanisms = {
  plain: 'PLAIN',
  'scram-sha-256': 'SCRAM-SHA-256',
  'scram-sha-512': 'SCRAM-SHA-512',
} as const;

const scramAlgorithms = { 'scram-sha-256': 'SHA-256', 'scram-sha-512': 'SHA-512' } as const;
