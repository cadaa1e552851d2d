import type { Response } from '../http/exchange.ts';
import { header } from '../http/session.ts';

/** The body as text: by the charset of its type, `text/*` without one as ISO-8859-1, JSON and the rest as UTF-8. */
export function responseText(response: Response): string {
  const type = header(response, 'content-type') ?? '';
  const charset = /charset=["']?([^"';\s]+)/i.exec(type)?.[1]?.toLowerCase();
  const isText = type.split(';')[0]?.includes('text') === true;
  const encoding = charset ?? (isText ? 'iso-8859-1' : 'utf-8');
  if (/^(?:iso[-_]?8859[-_]1|latin[-_]?1|l1)$/.test(encoding))
    return Buffer.from(response.body).toString('latin1');
  return decoderOf(encoding).decode(response.body);
}

function decoderOf(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding.replaceAll('_', '-'), { ignoreBOM: true });
  } catch {
    // An encoding that nobody knows; the reference falls back to UTF-8 as well.
    return new TextDecoder('utf-8', { ignoreBOM: true });
  }
}
