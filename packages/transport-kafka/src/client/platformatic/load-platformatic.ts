import type * as platformatic from '@platformatic/kafka';
import { KafkaTransportError } from '../../kafka-error.ts';

/** The library as it is imported: everything here reaches it through this value, because it is loaded on demand. */
export type Platformatic = typeof platformatic;

/**
 * Loads the optional package.
 * @throws KafkaTransportError `client-missing`
 */
export async function loadPlatformatic(
  load: () => Promise<Platformatic> = () => import('@platformatic/kafka'),
): Promise<Platformatic> {
  try {
    return await load();
  } catch (cause) {
    throw new KafkaTransportError(
      'client-missing',
      "client: 'platformatic' needs the package @platformatic/kafka, which cannot be loaded. Install it: npm install @platformatic/kafka.",
      { cause },
    );
  }
}
