import type { Contract } from '../contracts/contract.ts';
import { BusError } from '../errors/bus-error.ts';
import type { MemoryTables } from '../memory-store/memory-tables.ts';
import { createPlan } from '../planning/create-plan.ts';
import { checkBusOptions } from './bus-options.ts';
import type { BusOptions } from './bus-options.ts';
import { BusRuntime } from './bus-runtime.ts';
import type { BatchHandler, Bus, Handle, HandleBatch, Handler } from './bus.ts';
import { createBusServices } from './create-bus-services.ts';
import { createRegistry } from './registry.ts';
import type { AnyHandlerOptions, Handlers } from './registry.ts';

/**
 * Makes a bus over one transport and one store. Register handlers, then `start`.
 * @throws `invalid-options`
 */
export function createBus(options: BusOptions<MemoryTables> & { readonly store?: never }): Bus<MemoryTables>;
export function createBus<Native>(
  options: BusOptions<Native> & Required<Pick<BusOptions<Native>, 'store'>>,
): Bus<Native>;
export function createBus<Native>(options: BusOptions<Native>): Bus<Native> {
  const checked = checkBusOptions(options);
  const services = createBusServices<Native>(options, checked);
  const registry = createRegistry(checked.handlers);
  const runtime = new BusRuntime<Native>({ services, checked, registry });

  const register = (contract: Contract<unknown>, handlers: Handlers, handlerOptions: AnyHandlerOptions): void => {
    if (runtime.hasBegun) {
      throw new BusError({ code: 'already-started', message: `The handler of ${contract.name} comes too late.` });
    }
    registry.add(contract, handlers, handlerOptions);
  };
  const handle = (contract: Contract<unknown>, handler: Handler<unknown>, handlerOptions?: AnyHandlerOptions): void =>
    register(contract, { handler }, handlerOptions ?? {});
  const handleBatch = (
    contract: Contract<unknown>,
    batchHandler: BatchHandler<unknown>,
    handlerOptions?: AnyHandlerOptions,
  ): void => {
    if (handlerOptions !== undefined) checkBatchHandlerOptions(contract, handlerOptions);
    register(contract, { batchHandler }, { batch: {}, ...handlerOptions, effect: 'once' });
  };

  const explain = (): ReturnType<Bus['explain']> =>
    createPlan({ ...services, publishing: checked.publishing, subscriptions: registry.requests() });

  return {
    // Inside, payloads are unknown; the overloads of `Handle` tie each handler to its contract's payload.
    handle: handle as Handle<Native>,
    handleBatch: handleBatch as HandleBatch<Native>,
    publish: runtime.publisher.publish,
    send: runtime.publisher.send,
    publishAll: runtime.publisher.publishAll,
    transaction: (work) => runtime.transaction(work),
    start: () => runtime.start(explain()),
    drain: (drainOptions) => runtime.drain(drainOptions?.timeoutMs ?? Infinity),
    stop: (stopOptions) => runtime.stop(stopOptions?.graceMs ?? 10_000),
    pause: (subscription) => runtime.find(subscription).pause(),
    resume: (subscription) => runtime.find(subscription).resume(),
    setConcurrency: (subscription, concurrency) =>
      runtime.find(subscription).setConcurrency(checkConcurrency(subscription, concurrency)),
    health: () => runtime.health(),
    explain,
    deadLetters: runtime.deadLetters,
  };
}

/** What a type forbids, plain JavaScript may still give. */
function checkBatchHandlerOptions({ name }: Contract<unknown>, options: AnyHandlerOptions): void {
  for (const path of ['effect', 'middleware'] as const) {
    if (options[path] === undefined) continue;
    throw new BusError({
      code: 'invalid-options',
      message: `The batch handler of ${name}: ${path} is not for batches.`,
      path,
    });
  }
}

function checkConcurrency(subscription: string, concurrency: number): number {
  if (Number.isSafeInteger(concurrency) && concurrency > 0) return concurrency;
  throw new BusError({
    code: 'invalid-options',
    message: `The concurrency of ${subscription} must be a whole number from 1.`,
    path: 'concurrency',
  });
}
