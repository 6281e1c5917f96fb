import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { keptFolder } from './kept-folder.ts';

const run = promisify(execFile);

/** A Java program as Maven Central has it. */
export interface MavenArtifact {
  readonly group: string;
  readonly name: string;
  readonly version: string;
}

/** The folder with the jars of artifacts and of all that they need, fetched once by the Maven in `programs` and kept under the first one's name. */
export const mavenClasspath = (
  programs: string,
  artifacts: readonly [MavenArtifact, ...MavenArtifact[]],
  log: (line: string) => void,
): Promise<string> => {
  const name = `${artifacts[0].name}-${artifacts[0].version}`;
  return keptFolder({
    name,
    announce: (target) => log(`fetching ${name} and what it needs with mvn into ${target}`),
    fill: async (root, work) => {
      const project = join(work, 'pom.xml');
      await writeFile(project, projectOf(artifacts));
      await mkdir(root);
      const words = ['-q', '-B', '-f', project, 'dependency:copy-dependencies', '-DincludeScope=runtime'];
      await run(join(programs, 'mvn'), [...words, `-DoutputDirectory=${root}`], { maxBuffer: 64 * 1024 * 1024 });
    },
  });
};

const projectOf = (artifacts: readonly MavenArtifact[]): string => `
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>waybill</groupId>
  <artifactId>classpath</artifactId>
  <version>1</version>
  <dependencies>
    ${artifacts.map(dependencyOf).join('')}
  </dependencies>
</project>
`;

const dependencyOf = ({ group, name, version }: MavenArtifact): string =>
  `<dependency><groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version></dependency>`;
