/** Fewer than this are no namespace. */
export const FEWEST = 3;
/** More than this are parted further where their names tell how. */
const MOST = 40;
const WORDS = /[^./:_-]+/g;

/** The first words of a name, with what stands between them: `pay-card.eu` is of `pay`, `pay-card` and itself. */
function prefix(name: string, words: number): string {
  const ends = [...name.matchAll(WORDS)].map((word) => word.index + word[0].length);
  return name.slice(0, ends[Math.min(words, ends.length) - 1] ?? name.length);
}

/** By the first words; what has too few of its kind is left out. */
function parted(names: readonly string[], words: number, all: number): Map<string, string[]> {
  const by = new Map<string, string[]>();
  for (const name of names) {
    const key = prefix(name, words);
    by.set(key, [...(by.get(key) ?? []), name]);
  }
  const out = new Map<string, string[]>();
  for (const [key, list] of by) {
    if (list.length < FEWEST) continue;
    // A word that all names begin with tells nothing.
    const longest = Math.max(...list.map((name) => [...name.matchAll(WORDS)].length));
    const deeper =
      (list.length > MOST || list.length === all) && longest > words
        ? parted(list, words + 1, list.length === all ? all : Number.POSITIVE_INFINITY)
        : null;
    if (deeper && deeper.size > 1) for (const [name, part] of deeper) out.set(name, part);
    else if (list.length < all) out.set(key, list);
  }
  return out;
}

/**
 * Namespaces as names tell them (`payments-ledger`, `payments.api`, `payments/eu`), each with its names; who shares its
 * first words with fewer than two others is in none. Telemetry's own `service.namespace` does not reach the live window.
 */
export function namespacesOf(names: readonly string[]): Map<string, string[]> {
  return parted(names, 1, names.length);
}
