'use client';
import { useUrlState } from '../../live/url-state.ts';
import { Button } from '../../ui/button.tsx';
import { count, plural } from '../../ui/format.ts';
import { list } from '../../ui/list.ts';
import { Panel, Section } from '../../ui/panel.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { type AskedRange, useCounts } from './attribute-queries.ts';
import { type Facet, type FacetValue, facetsOf, facetValues, USUAL_FACETS } from './facets.ts';
import { hasTerm, type Term } from './query-text.ts';
import styles from './search.module.css';

const SHOWN = 8;

interface Choice {
  q: string;
  toggle: (term: Term) => void;
}

function Value({ each, q, toggle }: Choice & { each: FacetValue }) {
  return (
    <li>
      <button
        type="button"
        className={styles.facetValue}
        aria-pressed={hasTerm(q, each.text)}
        title={each.text}
        onClick={() => toggle(each.term)}
      >
        <span className="clip">{each.value}</span>
        <span className="ink3">{count(each.count)}</span>
        <i style={{ width: `${(each.share * 100).toFixed(1)}%` }} />
      </button>
    </li>
  );
}

interface FacetProps extends Choice {
  facet: Facet;
  range: AskedRange;
  /** Takes an added one away; null for the usual ones. */
  remove: (() => void) | null;
}

function FacetSection({ facet, range, q, toggle, remove }: FacetProps) {
  const query = useCounts({ key: facet.key, scope: facet.scope, limit: 50 }, range);
  const values = query.data ? facetValues(facet, query.data.entries, SHOWN) : [];
  if (query.data && values.length === 0 && remove === null) return null;
  const beyond = (query.data?.found ?? 0) - values.length;
  const takeAway = remove ? (
    <Button size="sm" variant="quiet" aria-label={`Take ${facet.key} away`} onClick={remove}>
      ×
    </Button>
  ) : null;
  return (
    <Section title={<span className="mono">{facet.term}</span>} aside={takeAway}>
      <QueryState query={query} rows={3}>
        {() => (
          <ul className={styles.facet} aria-label={facet.term}>
            {values.map((each) => (
              <Value key={each.text} each={each} q={q} toggle={toggle} />
            ))}
            {beyond > 0 ? (
              <li className="cap ink3">{plural(beyond, 'more value')}: type it to find one</li>
            ) : null}
            {values.length === 0 ? <li className="cap ink3">no span has it in this range</li> : null}
          </ul>
        )}
      </QueryState>
    </Section>
  );
}

function AddFacet({ range, shown, add }: { range: AskedRange; shown: Facet[]; add: (key: string) => void }) {
  const { data } = useCounts({ scope: 'span', limit: 200 }, range);
  const known = new Set(shown.map(({ key }) => key));
  const others = (data?.entries ?? []).filter(({ text }) => !known.has(text) && !text.includes(','));
  return (
    <Section>
      <label className={list.label}>
        Another attribute
        <select className={list.field} value="" onChange={(e) => add(e.target.value)}>
          <option value="">{data ? `${others.length} keys of spans` : 'reading the keys'}</option>
          {others.map(({ text, count: spans }) => (
            <option key={text} value={text}>
              {text} ({count(spans)})
            </option>
          ))}
        </select>
      </label>
    </Section>
  );
}

/** Says what the counts are of. */
function Basis({ range }: { range: AskedRange }) {
  const { data } = useCounts({ scope: 'span', limit: 200 }, range);
  if (!data) return null;
  const all = `${count(data.spans)} spans of the range, whatever the search`;
  return <>{data.oneIn > 1 ? `${count(data.read)} read of ${all}` : all}</>;
}

const without = (keys: string[], gone: string) => keys.filter((key) => key !== gone).join(',');

/** What the spans of the range have, by value; a press searches for it. */
export function FacetsPanel({ range, q, toggle, close }: Choice & { range: AskedRange; close: () => void }) {
  const [added, setAdded] = useUrlState<string>('facet', '');
  const keys = added === '' ? [] : added.split(',');
  const facets = facetsOf(keys);
  return (
    <Panel label="Facets" title="Facets" subtitle={<Basis range={range} />} onClose={close}>
      {facets.map((facet) => (
        <FacetSection
          key={facet.key}
          facet={facet}
          range={range}
          q={q}
          toggle={toggle}
          remove={USUAL_FACETS.includes(facet) ? null : () => setAdded(without(keys, facet.key))}
        />
      ))}
      <AddFacet range={range} shown={facets} add={(key) => setAdded([...keys, key].join(','))} />
    </Panel>
  );
}
