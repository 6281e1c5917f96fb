import type { KafkaSettings } from '../../options.ts';
import type { KafkaClient } from '../kafka-client.ts';
import { createKafka } from './create-kafka.ts';
import { createKafkajsAdmin } from './kafkajs-admin.ts';
import { openKafkajsMember } from './kafkajs-member.ts';
import { openKafkajsProducer } from './kafkajs-producer.ts';

/** The administrator waits for its answer: a few quick tries, and then an error. */
const adminRetry = { retries: 2, initialRetryTime: 100, maxRetryTime: 1000 } as const;

interface Closable {
  readonly close: () => Promise<void>;
}

/** The client that is built in. Connects when it is first used. */
export function createKafkajsClient(settings: KafkaSettings): KafkaClient {
  const admin = createKafkajsAdmin(createKafka(settings, adminRetry), settings);
  const open = new Set<Closable>();

  const keep = <Opened extends Closable>(opened: Opened): Opened => {
    const kept = {
      ...opened,
      close: async (): Promise<void> => {
        open.delete(kept);
        await opened.close();
      },
    };
    open.add(kept);
    return kept;
  };

  return {
    name: 'kafkajs',
    admin,
    openProducer: async () => keep(await openKafkajsProducer(settings)),
    openMember: async (options) => keep(await openKafkajsMember(settings, options)),
    close: async () => {
      await Promise.all([...open].map((one) => one.close()));
      await admin.close();
    },
  };
}
