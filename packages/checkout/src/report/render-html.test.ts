import domino from '@mixmark-io/domino';
import { expect, test } from 'vitest';
import type { Comparison } from '../comparison-result.ts';
import { exampleComparison } from './example-comparison.ts';
import { renderHtml } from './render-html.ts';

const duplicating = exampleComparison({
  'status-quo': {
    orders: 473,
    duplicateOrders: 173,
    charges: 1441,
    duplicateCharges: 1150,
    submits: 498,
    timeouts: 187,
  },
});

/** What a browser makes of the page. */
function read(comparison: Comparison) {
  const page = renderHtml(comparison);
  const document = domino.createDocument(page, true);
  const all = (selector: string) => Array.from(document.querySelectorAll(selector));
  const texts = (selector: string): readonly string[] => all(selector).map(({ textContent }) => textContent.trim());
  return { page, all, texts };
}

test('the headline is the verdict of the figures', () => {
  const { texts } = read(duplicating);
  expect(texts('h1')).toEqual([
    'Every architecture but Status quo served 300 buyers without a duplicate, a loss or a stuck order.',
  ]);
  expect(texts('title')[0]).toBe(texts('h1')[0]);
  expect(texts('.lead')).toEqual(['Status quo left 173 duplicate orders and 1,150 duplicate charges.']);
});

test('the figures of an architecture stand in its row', () => {
  const { texts } = read(duplicating);
  expect(texts('tbody tr:first-child th')).toEqual(['Title of status-quo']);
  expect(texts('tbody tr:first-child td')).toEqual('473 173 0 0 1,441 1,150 0 498 187 0.06 0.12 1.50 2.90'.split(' '));
  expect(texts('tbody tr')).toHaveLength(6);
});

test('every column has a heading, and every figure a label where headings have no room', () => {
  const { all, texts } = read(duplicating);
  expect(texts('thead tr:last-child th')).toHaveLength(13);
  for (const cell of all('td')) expect(cell.getAttribute('data-label')).toBeTruthy();
});

test('each architecture is told as worded, as built, and why', () => {
  const { texts } = read(duplicating);
  for (const { title, why, asWorded, nearest } of duplicating.architectures) {
    const article = texts('article').find((text) => text.startsWith(title)) ?? '';
    for (const words of [why, asWorded, nearest]) expect(article).toContain(words);
  }
});

test('seed, scale and the command that runs it again are told', () => {
  const { texts } = read(duplicating);
  expect(texts('.run').join()).toMatch(/300 buyers[^]*seed 42[^]*20×[^]*2026-11-21 05:20 UTC/u);
  expect(texts('code')).toEqual(['npm start -- --buyers 300 --seed 42 --time-scale 20']);
});

test('every plot is an image with a name and a description of its figures', () => {
  const { all, texts } = read(duplicating);
  const plots = all('svg');
  expect(plots.map((svg) => svg.querySelector('title')?.textContent)).toEqual([
    'Orders per wish',
    'Charges per wish',
    'Time until the shop answered',
    'Time until the order was paid',
  ]);
  for (const svg of plots) {
    expect(svg.getAttribute('role')).toBe('img');
    expect(svg.getAttribute('aria-labelledby')).toBe(svg.querySelector('title')?.getAttribute('id'));
    expect(svg.getAttribute('aria-describedby')).toBe(svg.querySelector('desc')?.getAttribute('id'));
  }
  expect(texts('desc')[0]).toContain('Status quo: 473, of which 173 duplicate. A · Firehose: 300, no duplicate.');
  expect(texts('desc')[3]).toContain('Status quo: 1 % paid in time, median 1.50 s.');
});

test('no two elements share an id', () => {
  const ids = read(duplicating)
    .all('[id]')
    .map((element) => element.getAttribute('id'));
  expect(ids.length).toBeGreaterThan(8);
  expect(new Set(ids).size).toBe(ids.length);
});

test('hostile words stay words', () => {
  const hostile = `</title></style></svg>"><img src=x onerror=alert(1)><script>alert('x')</script>&lt;`;
  const { all, texts } = read(
    exampleComparison({
      sns: { title: hostile, asWorded: hostile, nearest: hostile, why: hostile, unsettled: hostile },
    }),
  );
  expect(all('img, script, [onerror]')).toEqual([]);
  expect(texts('h3')).toContain(hostile);
  expect(texts('tbody th')).toContain(hostile);
  expect(texts('dd').filter((text) => text === hostile)).toHaveLength(2);
  expect(texts('.warning')).toEqual([`${hostile} was counted before everything had settled: ${hostile}`]);
});

test('the page asks nothing of anyone', () => {
  const { page, all } = read(duplicating);
  expect(all('script, link, iframe, object, embed, img, image, use, base')).toEqual([]);
  expect(page).not.toMatch(/\b(?:src|href|srcset|action|poster)\s*=/u);
  expect(page).not.toMatch(/url\(|@import|https?:/u);
  expect(all('meta[http-equiv]').map((meta) => meta.getAttribute('content'))).toEqual([
    "default-src 'none'; style-src 'unsafe-inline'",
  ]);
});

test('duplicates are red in the table and in the plots', () => {
  const { all, texts } = read(duplicating);
  expect(texts('td.fault')).toEqual(['173', '1,150']);
  expect(all('svg [fill="var(--fault)"]').length).toBeGreaterThan(0);
});

test('where nothing went wrong, nothing is red', () => {
  const { all } = read(exampleComparison());
  expect(all('td.fault, .warning, svg [fill="var(--fault)"] *')).toEqual([]);
});

test('an architecture that answered and paid nobody has dashes and an empty curve', () => {
  const empty = {
    checkoutSamplesMs: [],
    timeToPaidSamplesMs: [],
    checkoutMs: { p50: 0, p99: 0, max: 0 },
    timeToPaidMs: { p50: 0, p99: 0 },
  };
  const { page, texts } = read(exampleComparison({ 'status-quo': { ...empty, wishes: 0, orders: 0, charges: 0 } }));
  expect(texts('tbody tr:first-child td').slice(-4)).toEqual(['–', '–', '–', '–']);
  expect(texts('desc')[3]).toContain('Status quo: 0 % paid in time, median –.');
  expect(page).not.toMatch(/NaN|Infinity|undefined/u);
});

test('every architecture has its colour in the style sheet', () => {
  const { page, all } = read(duplicating);
  const colours = all('article').map(
    (article) => /var\((?<name>--[\w-]+)\)/u.exec(article.getAttribute('style') ?? '')?.groups?.['name'],
  );
  expect(new Set(colours).size).toBe(6);
  for (const colour of colours) expect(page).toContain(`${colour}: light-dark(`);
});

test('the page does not grow with the load, and is the same for the same figures', () => {
  const samplesMs = Array.from({ length: 50_000 }, (_, index) => 20 + index * 3.7);
  const busy = { wishes: 50_000, checkoutSamplesMs: samplesMs, timeToPaidSamplesMs: samplesMs };
  const { architectures } = duplicating;
  const comparison = exampleComparison(Object.fromEntries(architectures.map(({ id }) => [id, busy])));
  const page = renderHtml(comparison);
  expect(page.length).toBeLessThan(130_000);
  expect(renderHtml(comparison)).toBe(page);
});
