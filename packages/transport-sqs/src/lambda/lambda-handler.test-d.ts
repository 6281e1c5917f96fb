import type { Bus } from '@waybill/core';
import type { Context, SQSEvent, SQSHandler } from 'aws-lambda';
import { expectTypeOf, test } from 'vitest';
import type { LambdaContext, LambdaSqsEvent } from './lambda-event.ts';
import { lambdaHandler } from './lambda-handler.ts';
import type { LambdaTransport } from './over-events.ts';

declare const bus: Bus;
declare const transport: LambdaTransport;

test('a handler is one of AWS, and takes what Lambda gives', () => {
  expectTypeOf(lambdaHandler(bus, 'orders', { transport })).toExtend<SQSHandler>();
  expectTypeOf<SQSEvent>().toExtend<LambdaSqsEvent>();
  expectTypeOf<Context>().toExtend<LambdaContext>();
});

test('a handler without the transport of its bus does not compile', () => {
  // @ts-expect-error -- where would the events go?
  expectTypeOf(lambdaHandler(bus, 'orders')).toBeFunction();
});
