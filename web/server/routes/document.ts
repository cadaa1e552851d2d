import type { Format } from '@stormglass/chaos/report';

const TYPES: Readonly<Record<Format, string>> = {
  html: 'text/html',
  markdown: 'text/markdown',
  junit: 'application/xml',
  json: 'application/json',
};

/** Marks the answer as a document of that format, not as the API's JSON; gives its text. */
export function asDocument(
  answer: { setHeader(name: string, value: string): void },
  format: Format,
  text: string,
): string {
  // A report's page has styles of its own and nothing else that does anything.
  answer.setHeader('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox");
  answer.setHeader('content-type', `${TYPES[format]}; charset=utf-8`);
  return text;
}
