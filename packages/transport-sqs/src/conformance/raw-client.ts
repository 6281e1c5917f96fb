import type { ChannelAddress, SubscriptionAddress } from '@waybill/core/driver';
import { createAddresses } from '../aws/addresses.ts';
import type { Addresses } from '../aws/addresses.ts';
import { createClients } from '../aws/create-clients.ts';
import type { AwsClients } from '../aws/create-clients.ts';
import { createNames } from '../names.ts';
import type { SqsNames } from '../names.ts';
import { readOptions } from '../options.ts';
import { isOverTopics, queueTypeOf } from './columns.ts';
import type { Column, SuitePlace } from './columns.ts';
import { asEvent } from './over-topics.ts';

/** The SDK past the driver under test, with the names that the driver gives. */
export interface RawClient extends AwsClients {
  readonly names: SqsNames;
  readonly addresses: Addresses;
  readonly namePrefix: string;
  /** Where the messages of a case really are. */
  readonly placeOf: <Address extends ChannelAddress | SubscriptionAddress>(address: Address) => Address;
  readonly queueUrlOf: (subscription: SubscriptionAddress) => Promise<string>;
}

export function createRawClient(column: Column, suitePlace: SuitePlace): RawClient {
  const settings = readOptions({ ...suitePlace, queueType: queueTypeOf(column) });
  const clients = createClients(settings);
  const names = createNames(settings);
  const addresses = createAddresses(clients, settings);
  const placeOf: RawClient['placeOf'] = (address) => (isOverTopics(column) ? asEvent(address) : address);
  return {
    ...clients,
    names,
    addresses,
    namePrefix: suitePlace.namePrefix,
    placeOf,
    queueUrlOf: (subscription) => addresses.queueUrlOf(names.queueOf(placeOf(subscription))),
  };
}
