import { properties, propertyIds } from '../properties/properties.ts';
import type { PropertyId } from '../properties/properties.ts';
import type { PropertyResult } from '../runner/verdict.ts';
import type { Matrix } from './matrix.ts';

/** `docs/guarantees.md`: every property × every transport, generated from the matrices of their last runs. */
export function formatGuarantees(matrices: readonly Matrix[]): string {
  const titles = matrices.map(({ transport, product, version }) => `${transport} (${product} ${version})`);
  const runs = matrices.map(
    ({ transport, product, version, startedBy, date, mode, seed }) =>
      `- ${transport}: ${product} ${version}, started by ${startedBy}, ${date.slice(0, 10)}, mode ${mode}, seed ${seed}`,
  );
  const rows = propertyIds.map((id) => row([id, properties[id], ...matrices.map((matrix) => cellOf(matrix, id))]));
  return [
    '# What is proven, on which broker',
    '',
    'Generated from the reports of `npm run conformance`; do not edit. A cell says how the property is met and what the last run found:',
    '`native` by the broker, `emulated` by the driver or the bus, `unsupported` where asking for it is refused.',
    '',
    ...runs,
    '',
    row(['Id', 'Property', ...titles]),
    row(['Id', 'Property', ...titles].map(() => '---')),
    ...rows,
    '',
  ].join('\n');
}

const row = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;

function cellOf({ results }: Matrix, id: PropertyId): string {
  const result = results.find((candidate) => candidate.id === id);
  return result === undefined ? 'not run' : textOf(result);
}

function textOf({ level, verdict, reason }: PropertyResult): string {
  if (verdict === 'pass') return `${level}, proven`;
  if (verdict === 'negative-pass') return 'unsupported, refused';
  return verdict === 'not-run' ? `${level}, **not run**: ${reason}` : `${level}, **${verdict}**: ${reason}`;
}
