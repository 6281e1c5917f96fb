import { readFileSync } from 'node:fs';
import type { ArchitectureResult, Comparison } from '../comparison-result.ts';
import { describeVerdict } from './describe-verdict.ts';
import { formatCount, formatSeconds } from './format-figures.ts';
import { html, trustedHtml } from './html.ts';
import type { Html } from './html.ts';
import { renderFiguresTable } from './render-figures-table.ts';
import { renderOptions } from './render-options.ts';
import { renderPlots } from './render-plots.ts';

/** The whole comparison as one page that asks nothing of any server: style, figures and plots are inside. */
export function renderHtml(comparison: Comparison): string {
  const { headline, detail } = describeVerdict(comparison);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="color-scheme" content="light dark" />
        <title>${headline}</title>
        <style>
          ${trustedHtml(styleSheet())}
        </style>
      </head>
      <body>
        <header>
          <p class="eyebrow">Checkout comparison</p>
          <h1>${headline}</h1>
          <p class="lead">${detail}</p>
          ${renderRun(comparison)}
        </header>
        <main>
          ${renderFigures(comparison)} ${renderPlots(comparison.architectures)}
          ${renderOptions(comparison.architectures)} ${renderMethod(comparison)}
        </main>
      </body>
    </html> `.markup;
}

const styleSheet = (): string => readFileSync(new URL('report.css', import.meta.url), 'utf8');

function renderRun({ buyers, seed, timeScale, startedAt, durationMs }: Comparison): Html {
  return html`<ul class="run">
    <li>${formatCount(buyers)} buyers, the same for every architecture</li>
    <li>seed ${seed}</li>
    <li>run at ${timeScale}× speed in ${formatSeconds(durationMs)} s, times shown at normal speed</li>
    <li><time datetime="${startedAt}">${startedAt.slice(0, 16).replace('T', ' ')} UTC</time></li>
  </ul>`;
}

function renderFigures({ architectures }: Comparison): Html {
  return html`<section aria-labelledby="figures">
    <h2 id="figures">The figures</h2>
    <p>
      Counted in the payment provider’s ledger and the order table, and from the buyers’ own watches; never from what an
      architecture says of itself.
    </p>
    ${renderFiguresTable(architectures)} ${architectures.map(renderUnsettled)}
  </section>`;
}

function renderUnsettled({ title, unsettled }: ArchitectureResult): Html {
  if (unsettled === undefined) return html``;
  return html`<p class="warning">
    <strong>${title}</strong> was counted before everything had settled: ${unsettled}
  </p> `;
}

function renderMethod({ buyers, seed, timeScale }: Comparison): Html {
  return html`<section aria-labelledby="method" class="method">
    <h2 id="method">What is counted</h2>
    <dl>
      <div>
        <dt>Wish</dt>
        <dd>One buyer who wants one thing once. Whoever loses patience sends the form again; some click twice.</dd>
      </div>
      <div>
        <dt>Duplicate</dt>
        <dd>An order or a charge beyond the first of a wish.</dd>
      </div>
      <div>
        <dt>Lost</dt>
        <dd>The buyer was given an order number, no order of the wish was ever paid, and no card was declined.</dd>
      </div>
      <div>
        <dt>Stuck</dt>
        <dd>An order that still waits for its payment when nothing moves any more.</dd>
      </div>
      <div>
        <dt>Charge with no order</dt>
        <dd>The provider took money for an order that is not in the table or stands there as unpaid.</dd>
      </div>
      <div>
        <dt>Checkout</dt>
        <dd>From the first click to the first answer with an order number or a refusal, over every resubmit.</dd>
      </div>
      <div>
        <dt>Paid</dt>
        <dd>From the first click to the first order of the wish being paid in the order table.</dd>
      </div>
    </dl>
    <p>Run it again: <code>npm start -- --buyers ${buyers} --seed ${seed} --time-scale ${timeScale}</code></p>
  </section>`;
}
