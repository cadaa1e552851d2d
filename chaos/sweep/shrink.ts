/** Whether a schedule of these parts still fails. */
export type Fails<T> = (parts: readonly T[]) => Promise<boolean>;

/**
 * The fewest parts of a failing schedule that still fail, by delta debugging: no single one of them can be left out (it is
 * 1-minimal). Null when all of them together do not fail. No selection is tried twice; at most about n squared are tried.
 *
 * A. Zeller, R. Hildebrandt: "Simplifying and isolating failure-inducing input", IEEE Transactions on Software
 * Engineering 28 (2002), algorithm ddmin.
 */
export async function shrink<T>(parts: readonly T[], fails: Fails<T>): Promise<readonly T[] | null> {
  const known = new Map<string, boolean>();
  const test = async (chosen: readonly T[]): Promise<boolean> => {
    const key = chosen.map((part) => parts.indexOf(part)).join();
    const before = known.get(key);
    if (before !== undefined) return before;
    const failed = await fails(chosen);
    known.set(key, failed);
    return failed;
  };
  if (parts.length === 0 || !(await test(parts))) return null;
  let left = parts;
  let pieces = 2;
  while (left.length > 1) {
    const chunks = split(left, Math.min(pieces, left.length));
    const one = await first(chunks, test);
    if (one !== null) {
      [left, pieces] = [one, 2];
      continue;
    }
    const rests = chunks.map((chunk) => left.filter((part) => !chunk.includes(part)));
    const rest = await first(rests, test);
    if (rest !== null) {
      [left, pieces] = [rest, Math.max(pieces - 1, 2)];
      continue;
    }
    if (pieces >= left.length) break;
    pieces = Math.min(left.length, pieces * 2);
  }
  return left;
}

async function first<T>(
  selections: readonly (readonly T[])[],
  test: (parts: readonly T[]) => Promise<boolean>,
): Promise<readonly T[] | null> {
  for (const selection of selections) if (selection.length > 0 && (await test(selection))) return selection;
  return null;
}

/** As even as it goes, in order. */
function split<T>(parts: readonly T[], pieces: number): T[][] {
  return Array.from({ length: pieces }, (_, i) =>
    parts.slice(Math.floor((i * parts.length) / pieces), Math.floor(((i + 1) * parts.length) / pieces)),
  );
}
