/** Properties of opening, stopping and topology, by id. */
export const lifecycleProperties = {
  'LIF-1': 'close idempotent and concurrent-safe',
  'LIF-2': 'use after close → typed error',
  'LIF-3': 'graceful stop: in-flight finish + ack, nothing new starts, bounded time',
  'LIF-4': 'forced stop: abort signal, no retry accounting, message back',
  'LIF-5': 'stop/start cycles keep all messages',
  'LIF-6': 'many subscribers open/close concurrently',
  'LIF-7': 'cancel an in-flight receive promptly',
  'LIF-8': 'pre-cancelled signal → Canceled',
  'LIF-9': 'publisher close flushes buffered publishes (resolved or rejected, none pending)',
  'LIF-10': 'concurrency changed at run time',
  'LIF-11': 'broker down at start: typed error or retry until up, as declared',
  'LIF-12': 'topology: create/validate/assume modes; idempotent; conflicting settings detected',
  'LIF-13': 'ping/health reflects state',
  'LIF-14': 'purge',
  'LIF-15': 'no leaked sockets/timers/connections/channels after close',
  'LIF-16': 'process exits after close (no open handle)',
} as const;
