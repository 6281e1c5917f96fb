export { configuredBus } from './configured-bus.ts';
export type { ConfiguredBusOptions } from './configured-bus.ts';
export { loadConfig } from './load-config.ts';
export type { LoadConfigOptions } from './load-config.ts';
