export type {
  LambdaContext,
  LambdaMessageAttribute,
  LambdaRecordAttributes,
  LambdaSqsEvent,
  LambdaSqsRecord,
  LambdaSqsResponse,
} from './lambda-event.ts';
export { lambdaHandler } from './lambda-handler.ts';
export type { LambdaHandler, LambdaHandlerOptions, StartableBus } from './lambda-handler.ts';
export { lambdaTransport } from './lambda-transport.ts';
export type { LambdaTransport } from './over-events.ts';
