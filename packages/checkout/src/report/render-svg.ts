import domino from '@mixmark-io/domino';
import type { MarkupElement } from '@mixmark-io/domino';
import { plot } from '@observablehq/plot';
import type { PlotOptions } from '@observablehq/plot';
import { trustedHtml } from './html.ts';
import type { Html } from './html.ts';

export interface SvgText {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  /** What there is to see, figure by figure, for who cannot see it. */
  readonly description: string;
}

/** Draws a plot as an SVG element with a name and a description. Its type and colours come from the page's style sheet. */
export function renderSvg({ id, title, description }: SvgText, options: PlotOptions): Html {
  const document = domino.createDocument('', true);
  const name = (element: 'title' | 'desc', content: string): MarkupElement => {
    const node = document.createElementNS('http://www.w3.org/2000/svg', element);
    node.setAttribute('id', `${id}-${element}`);
    node.textContent = content;
    return node;
  };
  // Plot's types mean the browser's document and elements; of those it only uses what domino has too.
  const svg = plot({ ...options, document: document as never, className: 'plot' }) as unknown as MarkupElement;
  svg.querySelector('style')?.remove();
  svg.insertBefore(name('desc', description), svg.firstChild);
  svg.insertBefore(name('title', title), svg.firstChild);
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-labelledby', `${id}-title`);
  svg.setAttribute('aria-describedby', `${id}-desc`);
  return trustedHtml(svg.outerHTML);
}
