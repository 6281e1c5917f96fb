import { registerColumns } from './register-columns.ts';

registerColumns('standard');
