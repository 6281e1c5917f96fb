import { registerColumns } from './register-columns.ts';

registerColumns('fifo');
