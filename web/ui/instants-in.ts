/** A part of a text: words, or an instant in it. */
export type TextPart = { text: string } | { iso: string; at: number };

const ISO = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g;

/** A text of the server cut at its ISO times, so that people can be shown their own. */
export function instantsIn(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let done = 0;
  for (const { 0: iso, index } of text.matchAll(ISO)) {
    const at = Date.parse(iso);
    if (Number.isNaN(at)) continue;
    if (index > done) parts.push({ text: text.slice(done, index) });
    parts.push({ iso, at });
    done = index + iso.length;
  }
  if (done < text.length) parts.push({ text: text.slice(done) });
  return parts;
}
