import type { KafkaClient } from '../kafka-client.ts';
import { createCluster } from './cluster.ts';
import { openConnections } from './connections.ts';
import { loadPlatformatic } from './load-platformatic.ts';
import { createPlatformaticAdmin } from './platformatic-admin.ts';
import { openPlatformaticMember } from './platformatic-member.ts';
import { openPlatformaticProducer } from './platformatic-producer.ts';
import type { PlatformaticSettings } from './platformatic-settings.ts';

/**
 * The client over `@platformatic/kafka`: its requests, its codecs, its connections; what is done with them stands here.
 * @throws KafkaTransportError `client-missing`
 */
export async function openPlatformaticClient(settings: PlatformaticSettings): Promise<KafkaClient> {
  const platformatic = await loadPlatformatic();
  const connections = openConnections(platformatic, settings);
  const cluster = createCluster({ platformatic, settings, connections });
  const open = new Set<{ readonly close: () => Promise<void> }>();
  const kept = <Opened extends { readonly close: () => Promise<void> }>(opened: Opened): Opened => {
    const close = async (): Promise<void> => {
      open.delete(own);
      await opened.close();
    };
    const own = { ...opened, close };
    open.add(own);
    return own;
  };
  return {
    name: 'platformatic',
    openProducer: async () => kept(await openPlatformaticProducer(platformatic, settings)),
    openMember: (options) => Promise.resolve(kept(openPlatformaticMember(platformatic, settings, options))),
    admin: createPlatformaticAdmin({ platformatic, settings, connections, cluster }),
    close: async () => {
      await Promise.all([...open].map((one) => one.close()));
      connections.close();
    },
  };
}
