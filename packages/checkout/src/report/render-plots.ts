import { patienceMs } from '../buyers/workload.ts';
import type { ArchitectureResult } from '../comparison-result.ts';
import { drawCounts, perWishMaxOf } from './draw-counts.ts';
import { drawWaits } from './draw-waits.ts';
import type { WaitRow } from './draw-waits.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import { chooseWaitAxis } from './wait-axis.ts';

/** The two pairs of plots: what became of the wishes, and how long it took. */
export function renderPlots(architectures: readonly ArchitectureResult[]): Html {
  return html`${renderCounts(architectures)} ${renderWaits(architectures)}`;
}

function renderCounts(architectures: readonly ArchitectureResult[]): Html {
  const perWishMax = perWishMaxOf(architectures);
  return html`<section aria-labelledby="counts">
    <h2 id="counts">What one wish became</h2>
    <p>
      A wish is one buyer who wants one thing once. Its first order and charge have the architecture’s own colour, every
      further one is
      <strong class="fault">red</strong>.
    </p>
    <div class="pair">
      <figure>
        <figcaption>Orders</figcaption>
        ${drawCounts({ counted: 'order', architectures, perWishMax })}
      </figure>
      <figure>
        <figcaption>Charges</figcaption>
        ${drawCounts({ counted: 'charge', architectures, perWishMax })}
      </figure>
    </div>
  </section>`;
}

function renderWaits(architectures: readonly ArchitectureResult[]): Html {
  const checkout = architectures.map(({ id, wishes, checkoutSamplesMs, checkoutMs }): WaitRow => ({
    id,
    wishes,
    samplesMs: checkoutSamplesMs,
    p50Ms: checkoutMs.p50,
  }));
  const paid = architectures.map(({ id, wishes, timeToPaidSamplesMs, timeToPaidMs }): WaitRow => ({
    id,
    wishes,
    samplesMs: timeToPaidSamplesMs,
    p50Ms: timeToPaidMs.p50,
  }));
  const axis = chooseWaitAxis([patienceMs, ...[...checkout, ...paid].flatMap(({ samplesMs }) => samplesMs)]);
  const common = { patienceMs, axis };
  return html`<section aria-labelledby="waits">
    <h2 id="waits">How long buyers waited</h2>
    <p>
      Each curve climbs from no buyer, the lower line, towards all buyers, the upper line. Where it is low at the dashed
      line, patience ended first.
    </p>
    <div class="pair">
      <figure>
        <figcaption>Until the shop answered</figcaption>
        ${drawWaits({ ...common, id: 'checkout', title: 'Time until the shop answered', ending: 'answered', rows: checkout })}
      </figure>
      <figure>
        <figcaption>Until the order was paid</figcaption>
        ${drawWaits({ ...common, id: 'paid', title: 'Time until the order was paid', ending: 'paid', rows: paid })}
      </figure>
    </div>
  </section>`;
}
