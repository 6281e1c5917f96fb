import { isUtf8 } from 'node:buffer';

/** A body as SQS and SNS carry it: they take text only, at least one character, and none that XML 1.0 forbids. */
export interface BodyText {
  readonly text: string;
  readonly isBase64: boolean;
}

const illegal = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
/** In either alphabet, with or without padding, broken into lines or not: as other programs write it. */
const base64 = /^[A-Za-z0-9+/_\-\s]*={0,2}\s*$/u;
/** No bytes in base64 would be no text; a lone sign of padding means no bytes either. */
const noBytes = '=';

/** Text stays readable in the console of AWS; only what it cannot carry becomes base64. */
export function toBodyText(body: Uint8Array): BodyText {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (bytes.byteLength > 0 && isUtf8(bytes)) {
    const text = bytes.toString();
    if (isLegalText(text)) return { text, isBase64: false };
  }
  return { text: bytes.byteLength === 0 ? noBytes : bytes.toString('base64'), isBase64: true };
}

/** What is said to be base64 and is not comes as the text that it is: it ends among the dead letters, whole. */
export function fromBodyText({ text, isBase64 }: BodyText): Uint8Array {
  return Buffer.from(text, isBase64 && base64.test(text) ? 'base64' : 'utf8');
}

/** Whether SQS and SNS take it as a body or as the value of an attribute. */
export function isLegalText(text: string): boolean {
  return text !== '' && !illegal.test(text);
}
