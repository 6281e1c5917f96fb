import { createRequire } from 'node:module';
import type { AuthenticationProviderArgs, Authenticator, KafkaConfig } from 'kafkajs';
import type { KafkaCredentials, KafkaSasl } from '../../options.ts';

type AuthenticationProvider = (args: AuthenticationProviderArgs) => Authenticator;

/** A provider of kafkajs for credentials that are known. */
type ProviderFor = (credentials: KafkaCredentials) => AuthenticationProvider;

const modules = {
  plain: 'kafkajs/src/broker/saslAuthenticator/plain.js',
  'scram-sha-256': 'kafkajs/src/broker/saslAuthenticator/scram256.js',
  'scram-sha-512': 'kafkajs/src/broker/saslAuthenticator/scram512.js',
} as const;

/** How kafkajs logs in. It takes passwords as they are when it is made; ours are asked for at every connection. */
export function saslMechanismOf(sasl: KafkaSasl): NonNullable<KafkaConfig['sasl']> {
  if (sasl.mechanism === 'oauthbearer') {
    const { token } = sasl;
    return { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: await token() }) };
  }
  const { mechanism, credentials } = sasl;
  const providerFor = createRequire(import.meta.url)(modules[mechanism]) as ProviderFor;
  return {
    mechanism,
    authenticationProvider: (args) => ({
      authenticate: async () => {
        const present = typeof credentials === 'function' ? await credentials() : credentials;
        await providerFor(present)(args).authenticate();
      },
    }),
  };
}
