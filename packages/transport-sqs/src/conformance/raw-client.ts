import type { ChannelAddress, SubscriptionAddress } from '@waybill/core/driver';
import { createAddresses } from '../aws/addresses.ts';
import type { Addresses } from '../aws/addresses.ts';
import { createClients } from '../aws/create-clients.ts';
import type { AwsClients } from '../aws/create-clients.ts';
import { createNames } from '../names.ts';
import type { SqsNames } from '../names.ts';
import { systemClock } from '../time/system-clock.ts';
import { isOverTopics, queueTypeOf, suiteCredentials, suiteOptions } from './columns.ts';
import type { Column } from './columns.ts';
import { asEvent } from './over-topics.ts';

/** The SDK past the driver under test, with the names that the driver gives. */
export interface RawClient extends AwsClients {
  readonly names: SqsNames;
  readonly addresses: Addresses;
  /** Where the messages of a case really are. */
  readonly placeOf: <Address extends ChannelAddress | SubscriptionAddress>(address: Address) => Address;
  readonly queueUrlOf: (subscription: SubscriptionAddress) => Promise<string>;
}

export function createRawClient(column: Column, endpoint: string): RawClient {
  const clients = createClients({ ...suiteOptions, endpoint, credentials: suiteCredentials });
  const names = createNames({ ...suiteOptions, queueType: queueTypeOf(column) });
  const addresses = createAddresses(clients, { ...suiteOptions, accountId: undefined, clock: systemClock });
  const placeOf: RawClient['placeOf'] = (address) => (isOverTopics(column) ? asEvent(address) : address);
  return {
    ...clients,
    names,
    addresses,
    placeOf,
    queueUrlOf: (subscription) => addresses.queueUrlOf(names.queueOf(placeOf(subscription))),
  };
}
