import { randomUUID } from 'node:crypto';
import type { Topology } from '@waybill/core/driver';
import { createAddresses } from '../../aws/addresses.ts';
import { createClients } from '../../aws/create-clients.ts';
import type { AwsClients } from '../../aws/create-clients.ts';
import { createNames } from '../../names.ts';
import type { SqsNames } from '../../names.ts';
import { readOptions } from '../../options.ts';
import type { SqsSettings, SqsTransportOptions } from '../../options.ts';
import { createTopology } from '../create-topology.ts';
import type { SqsTopology } from '../create-topology.ts';

export type TopologyStageOptions = Partial<SqsTransportOptions>;

/** Topology on an emulator, under a prefix of its own, and clients to look behind it and to change things by hand. */
export interface TopologyStage extends SqsTopology {
  readonly settings: SqsSettings;
  readonly names: SqsNames;
  readonly clients: AwsClients;
  /** Another process of the same system. */
  readonly other: (options?: TopologyStageOptions) => TopologyStage;
  readonly close: () => void;
}

/** What every emulator takes. */
export const stageCredentials = { accessKeyId: 'test', secretAccessKey: 'test' } as const;

export function openTopologyStage(endpoint: string, options: TopologyStageOptions = {}): TopologyStage {
  const namePrefix = options.namePrefix ?? `t${randomUUID().slice(0, 8)}-`;
  const settings = readOptions({
    region: 'us-east-1',
    endpoint,
    credentials: stageCredentials,
    ...options,
    namePrefix,
  });
  const names = createNames(settings);
  const clients = createClients(settings);
  const addresses = createAddresses(clients, settings);
  const opened: TopologyStage[] = [];
  return {
    ...createTopology({ settings, names, clients, addresses }),
    settings,
    names,
    clients,
    other: (own = {}) => {
      const other = openTopologyStage(endpoint, { ...options, ...own, namePrefix });
      opened.push(other);
      return other;
    },
    close: () => {
      for (const other of opened) other.close();
      clients.destroy();
    },
  };
}

/** The text of the error that `ensure` ends with, or an empty one. */
export async function refusalOf(stage: SqsTopology, topology: Topology): Promise<string> {
  try {
    await stage.ensure(topology);
  } catch (error) {
    return String(error);
  }
  return '';
}
