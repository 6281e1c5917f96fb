/** Time limits for a broker on the same machine. */
export const haste = {
  heartbeatSeconds: 5,
  connectTimeoutMs: 5000,
  reconnectMs: { first: 50, max: 500 },
  publishTimeoutMs: 5000,
} as const;

/** Those of a process that is frozen: the broker gives it up after two heartbeats. */
export const childHaste = { ...haste, heartbeatSeconds: 1 } as const;
