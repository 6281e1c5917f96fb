import Table from 'cli-table3';

export interface Column {
  /** In terminal columns; longer text is wrapped. */
  readonly width: number;
  readonly align: 'left' | 'right';
}

export interface Rows {
  readonly columns: readonly Column[];
  /** With a line below it. */
  readonly head?: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Lays text out in columns without any frame. Widths count what is seen, not the codes that colour it. */
export function layoutRows({ columns, head = [], rows }: Rows): string {
  const table = new Table({
    head: [...head],
    colWidths: columns.map(({ width }) => width),
    colAligns: columns.map(({ align }) => align),
    wordWrap: true,
    chars: noFrame,
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString().replaceAll(/ +$/gmu, '');
}

const noFrame = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '─',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};
