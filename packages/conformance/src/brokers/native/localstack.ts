import { join } from 'node:path';
import { probeEmulator } from '../probe/probe-emulator.ts';
import { folderOfProgram } from './folder-of-program.ts';
import { freePorts } from './free-ports.ts';
import { localstackRequirements } from './localstack-requirements.ts';
import { pythonEnvironment } from './python-environment.ts';
import type { Recipe } from './recipe.ts';

/** LocalStack's open runtime in memory, with queues and topics only. Settings are variables of its environment, such as `SERVICES`. */
export const localstackRecipe: Recipe = {
  kind: 'localstack',
  packages: ['python3', 'python3-venv'],
  findPrograms: () => folderOfProgram('python3'),
  fetch: (programs, log) => pythonEnvironment(programs, localstackRequirements, log),
  prepare: async (environment, folder, { configuration }) => {
    const [port = 0] = await freePorts(1);
    const listen = `127.0.0.1:${port}`;
    return {
      address: `http://${listen}`,
      programs: [
        {
          command: join(environment, 'bin', 'python'),
          arguments: ['-m', 'localstack.runtime.main'],
          environment: {
            GATEWAY_LISTEN: listen,
            LOCALSTACK_HOST: listen,
            SQS_ENDPOINT_STRATEGY: 'path',
            SERVICES: 'sqs,sns',
            // Its Twisted server needs more packages.
            GATEWAY_SERVER: 'hypercorn',
            // It lays its files where a container has them, unless it is told that it is in none.
            OVERRIDE_IN_DOCKER: '0',
            FILESYSTEM_ROOT: folder,
            DNS_ADDRESS: '0',
            // It tells its makers nothing and fetches nothing.
            DISABLE_EVENTS: '1',
            SKIP_SSL_CERT_DOWNLOAD: '1',
            LS_LOG: 'warn',
            ...configuration,
          },
        },
      ],
      endSignal: 'SIGTERM',
      probe: () => probeEmulator('localstack', { host: '127.0.0.1', port }),
    };
  },
};
