import { orNotRun } from './find-broker.ts';
import { findInstallation } from './native/installation.ts';
import { kafkaRecipe } from './native/kafka.ts';
import { startLog } from './start-broker.ts';

/**
 * The folder with the jars of Kafka, its Java client among them, for tests that ask the client itself. `undefined` where it cannot be had: then
 * it prints `NOT RUN`, the subject and the reason, as `findBroker` does.
 */
export const findKafkaClasspath = (subject: string): Promise<string | undefined> =>
  orNotRun(subject, async () => (await findInstallation(kafkaRecipe, 'any', startLog)).programs);
