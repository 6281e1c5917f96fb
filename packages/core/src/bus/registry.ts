import type { Contract } from '../contracts/contract.ts';
import type { Topology } from '../driver/index.ts';
import { BusError } from '../errors/bus-error.ts';
import type { SubscriptionSpec } from '../handling/subscription-spec.ts';
import type { SubscriptionRequest } from '../planning/subscription-request.ts';
import type { BatchHandler, Handler, HandlerOptions } from './bus.ts';
import type { HandlerDefaults } from './handler-defaults.ts';
import { checkHandlerOptions } from './handler-options.ts';

/** The handlers of one bus, by subscription. */
export interface Registry {
  readonly specs: readonly SubscriptionSpec[];
  /** @throws `duplicate-handler`, `second-consumer-group`, `invalid-options` */
  readonly add: (contract: Contract<unknown>, handlers: Handlers, options: AnyHandlerOptions) => void;
  readonly topology: () => Topology;
  readonly requests: () => readonly SubscriptionRequest[];
}

/** One of both. */
export type Handlers =
  | { readonly handler: Handler<unknown>; readonly batchHandler?: undefined }
  | { readonly handler?: undefined; readonly batchHandler: BatchHandler<unknown> };

export type AnyHandlerOptions = HandlerOptions & { readonly group?: string };

const nothing = (): void => undefined;

/** A command's only group; the name of its queue says the rest. */
const commandGroup = 'handler';

export function createRegistry(defaults: HandlerDefaults): Registry {
  const specs = new Map<string, SubscriptionSpec>();
  return {
    get specs() {
      return [...specs.values()];
    },
    add: (contract, { handler = nothing, batchHandler }, options) => {
      const group = groupOf(contract, options);
      const name = contract.kind === 'command' ? contract.name : `${contract.name}/${group}`;
      if (specs.has(name)) {
        throw new BusError({ code: 'duplicate-handler', message: `${name} has a handler already.` });
      }
      const address = { kind: contract.kind, channel: contract.name, group };
      const checked = checkHandlerOptions(contract, options, defaults);
      const middleware = options.middleware ?? [];
      specs.set(name, { name, address, contract, handler, batchHandler, middleware, ...checked });
    },
    topology: () => toTopology([...specs.values()]),
    requests: () => [...specs.values()].map(toRequest),
  };
}

function groupOf(contract: Contract<unknown>, { group }: AnyHandlerOptions): string {
  if (contract.kind === 'command') {
    if (group === undefined) return commandGroup;
    throw new BusError({
      code: 'second-consumer-group',
      message: `The command ${contract.name} has exactly one consumer; it takes no group "${group}".`,
      path: 'group',
    });
  }
  if (group !== undefined) return group;
  throw new BusError({
    code: 'invalid-options',
    message: `The event ${contract.name} needs the name of the group that handles it.`,
    path: 'group',
    remedy: 'Give `group`, such as the name of your service.',
  });
}

function toTopology(specs: readonly SubscriptionSpec[]): Topology {
  const channels = new Map(specs.map(({ address: { kind, channel } }) => [`${kind} ${channel}`, { kind, channel }]));
  return {
    channels: [...channels.values()],
    subscriptions: specs.map(({ address, guarantees }) => ({ ...address, leaseMs: guarantees.leaseMs })),
  };
}

function toRequest({ name, address, contract, guarantees }: SubscriptionSpec): SubscriptionRequest {
  return {
    subscription: name,
    kind: address.kind,
    channel: address.channel,
    group: address.group,
    hasOrderingKey: contract.orderingKey !== undefined,
    hasDeduplicationKey: contract.deduplicationKey !== undefined,
    guarantees,
  };
}
