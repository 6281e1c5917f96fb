/** A run of its own: load without an end, and one kind of fault again and again. */
export const scenarios = ['rebalance', 'kill9', 'zombie', 'broker-restart', 'leader-loss'] as const;

export type Scenario = (typeof scenarios)[number];
