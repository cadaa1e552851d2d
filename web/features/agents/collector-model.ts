import type { CollectorView } from '../../live/collector-answers.ts';
import { bytes, count, percent, plural, UNKNOWN } from '../../ui/format.ts';

export interface Figure {
  name: string;
  value: string;
  /** What it is made of; empty when there is nothing to say. */
  of: string;
  /** Something was lost that somebody may miss. */
  isLoss: boolean;
}

/** `traces 12, logs 3`: the largest first, what is zero left out. */
function parts(counts: Readonly<Record<string, number>>, most = 4): string {
  const some = Object.entries(counts)
    .filter(([, n]) => n > 0)
    .sort(([, a], [, b]) => b - a);
  const shown = some.slice(0, most).map(([name, n]) => `${name.replaceAll('_', ' ')} ${count(n)}`);
  return [...shown, ...(some.length > most ? [`${some.length - most} more`] : [])].join(', ');
}

function evictedBy(figures: CollectorView): string {
  const reasons: Record<string, number> = {};
  for (const counts of Object.values(figures.evictedBySignal))
    for (const [reason, n] of Object.entries(counts))
      reasons[`by ${reason}`] = (reasons[`by ${reason}`] ?? 0) + n;
  const why = parts(reasons);
  return why === '' ? '' : `${why}; ${parts(figures.evictedByService)}`;
}

function store({ storeBytes, storeLimitBytes }: CollectorView): Figure {
  const limit = storeLimitBytes > 0 ? `of ${bytes(storeLimitBytes)}` : 'no limit';
  const share =
    storeBytes !== null && storeLimitBytes > 0 ? `, ${percent(storeBytes / storeLimitBytes)}` : '';
  return {
    name: 'Stored at the last look',
    value: storeBytes === null ? UNKNOWN : bytes(storeBytes),
    of: `${limit}${share}`,
    isLoss: storeBytes !== null && storeLimitBytes > 0 && storeBytes > storeLimitBytes,
  };
}

/** The collector's figures as its panel shows them. */
export function collectorFigures(figures: CollectorView): Figure[] {
  const { parents } = figures;
  const sample = parents.oneIn > 1 ? `, one trace in ${count(parents.oneIn)} looked at` : '';
  const checked = `of ${plural(parents.checked, 'span')} checked${sample}`;
  const plain = (name: string, value: number, of: string, isLoss = false): Figure => {
    return { name, value: count(value), of, isLoss };
  };
  return [
    plain('Received', figures.received, parts(figures.receivedBySignal)),
    plain('Rejected', figures.rejected, parts(figures.rejectedByReason), figures.rejected > 0),
    plain('Evicted', figures.evicted, evictedBy(figures)),
    plain('Quarantined', figures.quarantined, 'requests the store could not read', figures.quarantined > 0),
    plain('Parent missing', parents.orphaned, checked),
    plain('Before their parent', parents.skewed, 'spans, by clocks that differ'),
    store(figures),
    {
      name: 'Memory',
      value: bytes(figures.rssBytes),
      of: `${bytes(figures.spoolBytes)} spooled`,
      isLoss: false,
    },
  ];
}
