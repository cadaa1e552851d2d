import { gzipSync } from 'node:zlib';

/** The scripts that a page names; those for browsers without modules are not loaded. */
const SCRIPT = /<script(?![^>]*noModule)[^>]* src="([^"]+\.js)[^"]*"/gi;

/** KB (1,000 bytes, gzip) of the scripts that the page of `path` names. */
export async function firstLoadKb(
  dashboard: string,
  path: string,
  known: Map<string, number>,
): Promise<number> {
  const html = await (await fetch(`${dashboard}${path}`)).text();
  const scripts = new Set([...html.matchAll(SCRIPT)].map(([, src]) => src ?? ''));
  if (scripts.size === 0) throw new Error(`${path} names no script`);
  let sum = 0;
  for (const src of scripts) {
    const size = known.get(src) ?? (await gzipKb(`${dashboard}${src}`));
    known.set(src, size);
    sum += size;
  }
  return sum;
}

async function gzipKb(url: string): Promise<number> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return gzipSync(await answer.text()).length / 1000;
}
