import { randomBytes } from 'node:crypto';
import { globSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { probeManagement } from '../probe/probe-management.ts';
import { probeRabbitmq } from '../probe/probe-rabbitmq.ts';
import { rabbitmqFiles } from '../rabbitmq/rabbitmq-files.ts';
import { freePorts } from './free-ports.ts';
import { newestFolder } from './newest-folder.ts';
import type { Recipe } from './recipe.ts';

interface Ports {
  readonly amqp: number;
  readonly admin: number;
  readonly node: number;
  readonly names: number;
}

/**
 * A RabbitMQ node of its own, with the management plug-in, beside any other on the machine. It runs the script in the
 * broker's own `sbin`: the one in `/usr/sbin` switches the user and works in the system's folders.
 */
export const rabbitmqRecipe: Recipe = {
  kind: 'rabbitmq',
  packages: ['rabbitmq-server'],
  releases: { 3: 'bookworm', 4: 'trixie' },
  findPrograms: (root, version) => {
    const wanted = version === 'any' ? '*' : `${version}.*`;
    const found = newestFolder(globSync(`usr/lib/rabbitmq/lib/rabbitmq_server-${wanted}/sbin`, { cwd: root }));
    return found === undefined ? undefined : join('/', found);
  },
  prepare: async (programs, folder, demands) => {
    const [amqp = 0, tls = 0, admin = 0, node = 0, names = 0] = await freePorts(5);
    const ports = { amqp, admin, node, names };
    const conf = join(folder, 'conf');
    const { files, ca } = await rabbitmqFiles(
      { folder: conf, tlsListener: `127.0.0.1:${tls}` },
      demands,
      settingsOf(ports),
    );
    await writeFiles(folder, { ...files, enabled_plugins: '[rabbitmq_management].\n' });
    const adminAddress = `http://guest:guest@127.0.0.1:${admin}`;
    return {
      address: `amqp://guest:guest@127.0.0.1:${amqp}`,
      adminAddress,
      ...(ca !== undefined && { tls: { address: `amqps://guest:guest@localhost:${tls}`, ca } }),
      programs: [
        // The node would start the name server as a daemon that outlives it; it keeps one that already answers.
        { command: 'epmd', arguments: ['-address', '127.0.0.1', '-port', String(names)] },
        { command: join(programs, 'rabbitmq-server'), arguments: [], environment: environmentOf(folder, ports) },
      ],
      control: { command: join(programs, 'rabbitmqctl'), arguments: [], environment: environmentOf(folder, ports) },
      endSignal: 'SIGTERM',
      probe: async () => {
        const identity = await probeRabbitmq({ host: '127.0.0.1', port: amqp });
        await probeManagement({ host: '127.0.0.1', port: admin });
        return identity;
      },
    };
  },
};

const settingsOf = (ports: Ports): Readonly<Record<string, string>> => ({
  'listeners.tcp.1': `127.0.0.1:${ports.amqp}`,
  'management.tcp.ip': '127.0.0.1',
  'management.tcp.port': String(ports.admin),
  'vm_memory_high_watermark.absolute': '1GB',
  'disk_free_limit.absolute': '50MB',
  'log.console': 'false',
});

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  await Promise.all(['home', 'data', 'log', 'conf'].map((name) => mkdir(join(folder, name))));
  await writeFile(join(folder, 'home', '.erlang.cookie'), randomBytes(20).toString('hex'), { mode: 0o400 });
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, 'conf', name), text, { mode: 0o600 });
}

const environmentOf = (folder: string, ports: Ports): Readonly<Record<string, string>> => ({
  HOME: join(folder, 'home'),
  RABBITMQ_NODENAME: `${basename(folder).replaceAll(/[^a-zA-Z0-9]/g, '')}@localhost`,
  RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
  RABBITMQ_NODE_PORT: String(ports.amqp),
  RABBITMQ_DIST_PORT: String(ports.node),
  ERL_EPMD_PORT: String(ports.names),
  ERL_EPMD_ADDRESS: '127.0.0.1',
  RABBITMQ_MNESIA_BASE: join(folder, 'data'),
  RABBITMQ_LOG_BASE: join(folder, 'log'),
  RABBITMQ_PID_FILE: join(folder, 'rabbitmq.pid'),
  RABBITMQ_CONFIG_FILE: join(folder, 'conf', 'rabbitmq.conf'),
  RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'conf', 'advanced.config'),
  RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'conf', 'enabled_plugins'),
  // Not the settings of the system's own node.
  RABBITMQ_CONF_ENV_FILE: '/dev/null',
  // Schedulers that have nothing to do sleep at once: the machine has other work.
  RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 2:2 +sbwt none +sbwtdcpu none -kernel inet_dist_use_interface {127,0,0,1}',
  // The script then becomes the node, so that the process we started is the one we kill.
  RUNNING_UNDER_SYSTEMD: 'true',
});
