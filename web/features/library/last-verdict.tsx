import type { RunSummary } from '@stormglass/chaos/contract';
import { verdictWords } from '../../live/verdict-words.ts';
import { ago } from '../../ui/format.ts';
import { RangeLink } from '../../ui/range-link.tsx';
import { Tag } from '../../ui/tag.tsx';

/** How an experiment ended last, leading to that report. */
export function LastVerdict({ last, now }: { last: RunSummary | null; now: number }) {
  if (!last) return <span className="cap ink3">never run</span>;
  const words = verdictWords(last.verdict);
  return (
    <span className="row" style={{ gap: 6 }}>
      <RangeLink href={`/chaos/runs/${last.id}`} className="">
        <Tag hue={words.tone} title={words.means}>
          {words.title}
        </Tag>
      </RangeLink>
      <span className="cap ink3">{ago(last.startedAt, now)}</span>
    </span>
  );
}
