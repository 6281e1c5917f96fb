export { createRecorder } from './recorder.ts';
export type { Recorder } from './recorder.ts';
export { inProcessTransport } from './in-process-transport.ts';
export type { InProcessBroker, InProcessTransportOptions } from './in-process-transport.ts';
export { countingIds, seededRandom } from './seeded-random.ts';
export { testBus } from './test-bus.ts';
export type { TestBus, TestBusOptions } from './test-bus.ts';
export { virtualClock } from './virtual-clock.ts';
export type { VirtualClock } from './virtual-clock.ts';
