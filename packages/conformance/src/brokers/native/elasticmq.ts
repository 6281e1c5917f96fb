import { join } from 'node:path';
import { probeEmulator } from '../probe/probe-emulator.ts';
import { folderOfProgram } from './folder-of-program.ts';
import { freePorts } from './free-ports.ts';
import { mavenClasspath } from './maven-classpath.ts';
import type { Recipe } from './recipe.ts';

const artifact = { group: 'org.elasticmq', name: 'elasticmq-server_2.13', version: '1.7.1' };

/** ElasticMQ: queues of SQS without topics. Settings are by the names of its own configuration, such as `rest-sqs.sqs-limits`. */
export const elasticmqRecipe: Recipe = {
  kind: 'elasticmq',
  packages: ['openjdk-17-jre-headless', 'maven'],
  findPrograms: () => (folderOfProgram('java') === undefined ? undefined : folderOfProgram('mvn')),
  fetch: (programs, log) => mavenClasspath(programs, [artifact], log),
  prepare: async (classpath, folder, { configuration }) => {
    const [port = 0] = await freePorts(1);
    const settings = {
      'rest-sqs.bind-hostname': '127.0.0.1',
      'rest-sqs.bind-port': String(port),
      // Addresses of queues name the host that the client named.
      'node-address.host': '*',
      'aws.region': 'us-east-1',
      ...configuration,
    };
    return {
      address: `http://127.0.0.1:${port}`,
      programs: [
        {
          command: join(folderOfProgram('java') ?? '', 'java'),
          arguments: [
            '-Xmx512m',
            '-XX:+UseSerialGC',
            `-Djava.io.tmpdir=${folder}`,
            ...Object.entries(settings).map(([name, value]) => `-D${name}=${value}`),
            '-cp',
            join(classpath, '*'),
            'org.elasticmq.server.Main',
          ],
        },
      ],
      endSignal: 'SIGTERM',
      probe: async () => ({
        ...(await probeEmulator('elasticmq', { host: '127.0.0.1', port })),
        version: artifact.version,
      }),
    };
  },
};
