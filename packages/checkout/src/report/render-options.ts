import type { ArchitectureResult } from '../comparison-result.ts';
import { colourOf } from './architecture-look.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';

/** Each architecture in words: why its figures are what they are, what of its wording can be built, and what was built. */
export function renderOptions(architectures: readonly ArchitectureResult[]): Html {
  return html`<section aria-labelledby="options">
    <h2 id="options">The architectures</h2>
    <div class="options">${architectures.map(renderOption)}</div>
  </section>`;
}

function renderOption({ id, title, asWorded, nearest, why }: ArchitectureResult): Html {
  return html`<article style="border-color: ${colourOf(id)}">
    <h3>${title}</h3>
    <p>${why}</p>
    <dl>
      <div>
        <dt>As worded</dt>
        <dd>${asWorded}</dd>
      </div>
      <div>
        <dt>As built</dt>
        <dd>${nearest}</dd>
      </div>
    </dl>
  </article> `;
}
