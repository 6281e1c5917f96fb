import { randomBytes } from 'node:crypto';
import { folderOfProgram } from './folder-of-program.ts';
import { freePorts } from './free-ports.ts';
import { kafkaVersion, prepareKafkaNode } from './kafka-node.ts';
import { mavenClasspath } from './maven-classpath.ts';
import type { Recipe } from './recipe.ts';

const server = { group: 'org.apache.kafka', name: 'kafka_2.13', version: kafkaVersion };
/** Kafka brings none that writes to the standard output. */
const logger = { group: 'org.slf4j', name: 'slf4j-simple', version: '1.7.36' };

/** Apache Kafka in KRaft mode: one node that is broker and controller. What it has confirmed survives the death of its process. */
export const kafkaRecipe: Recipe = {
  kind: 'kafka',
  packages: ['openjdk-17-jre-headless', 'maven'],
  findPrograms: () => (folderOfProgram('java') === undefined ? undefined : folderOfProgram('mvn')),
  fetch: (programs, log) => mavenClasspath(programs, [server, logger], log),
  prepare: async (classpath, folder, demands) => {
    const [port = 0, controllerPort = 0] = await freePorts(2);
    return prepareKafkaNode({
      classpath,
      folder,
      demands,
      clusterId: newClusterId(),
      id: 1,
      nodes: [{ port, controllerPort }],
    });
  },
};

/** 16 bytes as Kafka writes them. The first is not one whose letter would make the text look like an option. */
export function newClusterId(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8(bytes.readUInt8(0) % 0x80, 0);
  return bytes.toString('base64url');
}
