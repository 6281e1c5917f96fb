import { defineCommand } from '@waybill/core';
import type { Handler, HandlerOptions, MemoryTables } from '@waybill/core';
import type { TransportDriver } from '@waybill/core/driver';
import { inProcessTransport, testBus, virtualClock } from '@waybill/core/testing';
import type { InProcessBroker, TestBus, VirtualClock } from '@waybill/core/testing';
import { z } from 'zod';
import { lambdaHandler } from '../../lambda/lambda-handler.ts';
import type { LambdaHandler } from '../../lambda/lambda-handler.ts';
import { overEvents } from '../../lambda/over-events.ts';
import type { LambdaTransport } from '../../lambda/over-events.ts';
import { startEventSource } from './event-source.ts';
import type { EventSource, EventSourceOptions } from './event-source.ts';

export interface Step {
  readonly order: string;
  readonly step: number;
}

export const RunStep = defineCommand<Step>({
  name: 'run-step',
  version: 1,
  schema: z.object({ order: z.string(), step: z.int() }),
  orderingKey: ({ order }) => order,
  deduplicationKey: ({ order, step }) => `${order}.${step}`,
});

export interface LambdaStageOptions {
  readonly queueType?: 'fifo' | 'standard';
  /** Default: one that does nothing. */
  readonly handler?: (clock: VirtualClock) => Handler<Step, MemoryTables>;
  readonly handlerOptions?: HandlerOptions;
  readonly leaseMs?: number;
  readonly reserveMs?: number;
  /** Changes the transport underneath, such as to let it fail. */
  readonly change?: (transport: TransportDriver) => Partial<TransportDriver>;
}

export interface LambdaStage extends TestBus {
  readonly handler: LambdaHandler;
  readonly queueType: 'fifo' | 'standard';
  readonly queueName: string;
  readonly transport: LambdaTransport;
  /** Puts steps such as `a1` on the queue. */
  readonly send: (...steps: readonly string[]) => Promise<void>;
  readonly source: (
    options: Pick<EventSourceOptions, 'functionTimeoutMs'> & Partial<EventSourceOptions>,
  ) => Promise<EventSource>;
}

/** A queue, a function over it, and time that moves only when it is told to. */
export function lambdaStage(options: LambdaStageOptions = {}): LambdaStage {
  const { queueType = 'fifo', handler = () => () => undefined, leaseMs = 180_000, reserveMs } = options;
  const clock = virtualClock();
  const broker: InProcessBroker = new Map();
  const queue = inProcessTransport({ clock, broker });
  const inner = { ...queue, ...options.change?.(queue) };
  const transport = overEvents(inner, { namePrefix: 'waybill-', queueType, clock });
  const kit = testBus({ clock, transport });
  kit.bus.handle(RunStep, handler(clock), { leaseMs, ...options.handlerOptions });
  const queueName = `waybill-run-step${queueType === 'fifo' ? '.fifo' : ''}`;
  const address = { kind: 'command', channel: 'run-step', group: 'handler' } as const;
  const lambda = lambdaHandler(kit.bus, 'run-step', { transport, ...(reserveMs === undefined ? {} : { reserveMs }) });
  return {
    ...kit,
    queueType,
    queueName,
    transport,
    handler: lambda,
    send: async (...steps) => {
      const payloads = steps.map((step) => ({ order: step.slice(0, 1), step: Number(step.slice(1)) }));
      await clock.runUntil(kit.bus.start());
      await clock.runUntil(kit.bus.publishAll(RunStep, payloads));
    },
    source: async (sourceOptions) => {
      const receiver = await queue.openReceiver(address, { leaseMs, unsettledMax: Infinity, onLost: () => undefined });
      return startEventSource({ clock, receiver, queueType, queueName, invoke: lambda, ...sourceOptions });
    },
  };
}
