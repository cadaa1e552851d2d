import { HALO } from '../../../ui/glyphs/halo.ts';
import type { EdgeData } from '../map-types.ts';
import { type EdgeWords, edgeWords } from '../model/edge-words.ts';
import { pointAt } from '../model/geometry.ts';
import { LABEL_LINE_PX, type LabelPlace } from '../model/routes.ts';
import { ChangeText } from '../nodes/change-text.tsx';

export function isOpen({ state: { breaker } }: EdgeData): boolean {
  return breaker?.state === 'open' || breaker?.state === 'forced_open';
}

function Failed({ children }: { children: string }) {
  return (
    <tspan fill="var(--failing)" fontWeight={600}>
      {children}
    </tspan>
  );
}

function Words({ said, place: { x, lines } }: { said: EdgeWords; place: LabelPlace }) {
  const { value, words, slow, failed } = said;
  return (
    <>
      <tspan fontWeight={600} fill="var(--ink1)">
        {value}
      </tspan>{' '}
      {failed !== '' && lines === 1 ? (
        <Failed>{failed}</Failed>
      ) : (
        <tspan fill={slow ? 'var(--failing)' : undefined} fontWeight={slow ? 600 : 400}>
          {words}
        </tspan>
      )}
      {failed !== '' && lines === 2 ? (
        <tspan x={x} dy={LABEL_LINE_PX}>
          <Failed>{failed}</Failed>
        </tspan>
      ) : null}
    </>
  );
}

/** Rate, duration and the share that failed, or what changed against the baseline. */
export function EdgeLabel({ data }: { data: EdgeData }) {
  const { curve, state, label, comparing, change } = data;
  const said = edgeWords(state, isOpen(data));
  const place: LabelPlace = label ?? { ...pointAt(curve, 0.5), anchor: 'middle', lines: 2 };
  if (comparing ? !change : !said) return null;
  return (
    <text x={place.x} y={place.y} textAnchor={place.anchor} fontSize={11} fill="var(--ink3)" {...HALO}>
      {comparing ? <ChangeText change={change} /> : said ? <Words said={said} place={place} /> : null}
    </text>
  );
}
