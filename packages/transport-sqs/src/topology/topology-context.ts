import type { Addresses } from '../aws/addresses.ts';
import type { AwsClients } from '../aws/create-clients.ts';
import type { SqsNames } from '../names.ts';
import type { SqsSettings } from '../options.ts';
import type { TopologyCall } from './topology-call.ts';

/** What the topology is looked at and made with. */
export interface TopologyOptions {
  readonly settings: SqsSettings;
  readonly names: SqsNames;
  readonly clients: Pick<AwsClients, 'sqs' | 'sns'>;
  readonly addresses: Addresses;
}

export interface TopologyContext extends TopologyOptions {
  readonly call: TopologyCall;
}
