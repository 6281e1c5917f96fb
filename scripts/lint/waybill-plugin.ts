import { definePlugin } from '@oxlint/plugins';
import { importDirection } from './import-direction.ts';
import { injectedTime } from './injected-time.ts';
import { noExportAll } from './no-export-all.ts';
import { noModuleState } from './no-module-state.ts';

/** The rules of this repository that oxlint does not have by itself. */
export default definePlugin({
  meta: { name: 'waybill' },
  rules: {
    'import-direction': importDirection,
    'injected-time': injectedTime,
    'no-export-all': noExportAll,
    'no-module-state': noModuleState,
  },
});
