import { delimiter, dirname, join } from 'node:path';
import { probeEmulator } from '../probe/probe-emulator.ts';
import { folderOfProgram } from './folder-of-program.ts';
import { freePorts } from './free-ports.ts';
import { pythonEnvironment } from './python-environment.ts';
import type { Recipe } from './recipe.ts';

const requirements = {
  install: ['ministack==1.5.33'],
  pins: [
    'botocore==1.43.106',
    'defusedxml==0.7.1',
    'graphql-core==3.2.12',
    'h11==0.16.0',
    'h2==4.4.1',
    'hpack==4.2.0',
    'Hypercorn==0.18.0',
    'hyperframe==6.1.0',
    'jmespath==1.1.0',
    'jsonata-python==0.7.1',
    'priority==2.0.0',
    'python-dateutil==2.9.0.post0',
    'PyYAML==6.0.3',
    'six==1.17.0',
    'urllib3==2.8.0',
    'wsproto==1.3.2',
  ],
} as const;

/**
 * Ministack in memory: queues, topics, and Lambda functions of Node that it runs as child processes and feeds from a queue. Settings are
 * variables of its environment, such as `SERVICES`.
 */
export const ministackRecipe: Recipe = {
  kind: 'ministack',
  packages: ['python3', 'python3-venv'],
  findPrograms: () => folderOfProgram('python3'),
  fetch: (programs, log) => pythonEnvironment(programs, requirements, log),
  prepare: async (environment, folder, { configuration }) => {
    const [port = 0] = await freePorts(1);
    return {
      address: `http://127.0.0.1:${port}`,
      programs: [
        {
          command: join(environment, 'bin', 'python'),
          arguments: ['-m', 'ministack'],
          environment: {
            BIND_HOST: '127.0.0.1',
            GATEWAY_PORT: String(port),
            MINISTACK_HOST: '127.0.0.1',
            MINISTACK_REGION: 'us-east-1',
            SERVICES: 'sqs,sns,lambda,iam,logs,sts',
            LAMBDA_EXECUTOR: 'local',
            LOG_LEVEL: 'WARNING',
            // Functions run in the Node that runs the tests.
            PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
            TMPDIR: folder,
            STATE_DIR: join(folder, 'state'),
            S3_DATA_DIR: join(folder, 's3'),
            NODE_OPTIONS: '',
            ...configuration,
          },
        },
      ],
      endSignal: 'SIGTERM',
      probe: () => probeEmulator('ministack', { host: '127.0.0.1', port }),
    };
  },
};
