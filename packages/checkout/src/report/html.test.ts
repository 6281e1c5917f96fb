import { expect, test } from 'vitest';
import { html, trustedHtml } from './html.ts';

test('text is escaped for content and for quoted attributes', () => {
  const hostile = `<script>alert("x")</script> & 'y'`;
  expect(html`<p title="${hostile}">${hostile}</p>`.markup).toBe(
    '<p title="&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;y&#39;">&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;y&#39;</p>',
  );
});

test('markup is put in as it is, once', () => {
  const items = ['a & b', 'c'].map((text) => html`<i>${text}</i>`);
  expect(html`<p>${items}${trustedHtml('<b></b>')}</p>`.markup).toBe('<p><i>a &amp; b</i><i>c</i><b></b></p>');
});

test('zero is a figure and not nothing', () => {
  expect(html`<td>${0}</td>`.markup).toBe('<td>0</td>');
});
