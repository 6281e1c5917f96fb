import { PostgresStoreError } from '../postgres-error.ts';

export const transactionEnded = (): PostgresStoreError =>
  new PostgresStoreError('transaction-closed', 'The transaction has ended.');
