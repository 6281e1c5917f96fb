import type { KafkaSettings } from '../options.ts';
import type { KafkaClient } from './kafka-client.ts';

/**
 * The client that the settings name, loaded when it is first needed. Connects to nobody by itself.
 * @throws KafkaTransportError `client-missing`
 */
export async function openKafkaClient(settings: KafkaSettings): Promise<KafkaClient> {
  if (settings.client === 'platformatic') {
    const { openPlatformaticClient } = await import('./platformatic/platformatic-client.ts');
    return openPlatformaticClient(settings);
  }
  const { createKafkajsClient } = await import('./kafkajs/kafkajs-client.ts');
  return createKafkajsClient(settings);
}
