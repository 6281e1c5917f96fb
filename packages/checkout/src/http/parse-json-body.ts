import { CheckoutError } from '../errors/checkout-error.ts';

/** Nesting that a checkout needs is 3; what is deeper than this is not worth parsing. */
export const bodyDepthMax = 64;

/** Parses a body whose bytes were limited before. @throws `malformed-body`, `body-too-deep` */
export function parseJsonBody(text: string): unknown {
  if (depthOf(text) > bodyDepthMax) {
    throw new CheckoutError({
      code: 'body-too-deep',
      message: `The body is nested more than ${bodyDepthMax} deep.`,
      path: '$',
    });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CheckoutError({
      code: 'malformed-body',
      message: 'The body cannot be read as JSON.',
      path: '$',
      cause: error,
    });
  }
}

/** Counts brackets outside strings, so that the depth is known before anything is built from it. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (isInString) {
      if (character === '\\') index += 1;
      else if (character === '"') isInString = false;
    } else if (character === '"') {
      isInString = true;
    } else if (character === '{' || character === '[') {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (character === '}' || character === ']') {
      depth -= 1;
    }
  }
  return deepest;
}
