/** How many deliveries may share one transaction of the store, and for how long. */
export interface BatchSettings {
  /** Most deliveries in one transaction, each of another ordering key. 1 to 64, default 20. */
  readonly max: number;
  /** How long the handlers of one transaction may take together, in milliseconds; beyond it they are run one by one. Default 1000. */
  readonly budgetMs: number;
}

export const defaultBatchSettings: BatchSettings = { max: 20, budgetMs: 1000 };
