/** The part of domino that the plots and their tests need; its own declarations name another module and want the browser's types. */
declare module '@mixmark-io/domino' {
  export interface MarkupElement {
    textContent: string;
    readonly outerHTML: string;
    readonly firstChild: MarkupElement | null;
    readonly getAttribute: (name: string) => string | null;
    readonly setAttribute: (name: string, value: string) => void;
    readonly insertBefore: (node: MarkupElement, before: MarkupElement | null) => void;
    readonly remove: () => void;
    readonly querySelector: (selector: string) => MarkupElement | null;
    readonly querySelectorAll: (selector: string) => ArrayLike<MarkupElement>;
  }

  export interface MarkupDocument extends Pick<MarkupElement, 'querySelector' | 'querySelectorAll'> {
    readonly createElementNS: (namespace: string, name: string) => MarkupElement;
  }

  const domino: { readonly createDocument: (markup: string, isEmptyAllowed: boolean) => MarkupDocument };
  export default domino;
}
