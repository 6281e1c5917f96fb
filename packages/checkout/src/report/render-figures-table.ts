import type { ArchitectureResult } from '../comparison-result.ts';
import { colourOf } from './architecture-look.ts';
import { formGroup, outcomeGroups, waitGroups } from './figure-groups.ts';
import type { FigureGroup } from './figure-groups.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';

const groups: readonly FigureGroup[] = [...outcomeGroups, formGroup, ...waitGroups];

/**
 * The figures as one table. On a narrow screen the style sheet lays every row out as a card; the roles keep it a table for who
 * listens to it, because a browser forgets that of a table which is displayed as something else.
 */
export function renderFiguresTable(architectures: readonly ArchitectureResult[]): Html {
  return html`<table role="table" class="figures" aria-labelledby="figures">
    <thead role="rowgroup">
      <tr role="row">
        <th role="columnheader" scope="col" rowspan="2">Architecture</th>
        ${groups.map(renderGroupTitle)}
      </tr>
      <tr role="row">
        ${groups.map(renderColumnTitles)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${architectures.map(renderRow)}
    </tbody>
  </table>`;
}

function renderGroupTitle({ title, columns }: FigureGroup): Html {
  return html`<th role="columnheader" scope="colgroup" colspan="${columns.length}">${title}</th>`;
}

function renderColumnTitles({ columns }: FigureGroup): Html {
  return html`${columns.map(({ title }, index) => html`<th role="columnheader" scope="col" ${startOfGroup(index)}>${title}</th>`)}`;
}

function renderRow(result: ArchitectureResult): Html {
  return html`<tr role="row">
    <th role="rowheader" scope="row">
      <span class="swatch" style="background: ${colourOf(result.id)}"></span>${result.title}
    </th>
    ${groups.map((group) => renderCells(group, result))}
  </tr>`;
}

function renderCells({ columns }: FigureGroup, result: ArchitectureResult): Html {
  return html`${columns.map(({ label, read }, index) => {
    const { text, tone } = read(result);
    return html`<td role="cell" class="${tone}" data-label="${label}" ${startOfGroup(index)}>${text}</td>`;
  })}`;
}

const startOfGroup = (index: number): Html => (index === 0 ? html`data-starts-group` : html``);
