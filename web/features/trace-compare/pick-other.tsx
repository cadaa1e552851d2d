'use client';
import type { TraceDetail } from '@stormglass/agents/contract';
import { type FormEvent, useState } from 'react';
import { setUrlState } from '../../live/url-state.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { clock, durationText, shortId } from '../../ui/format.ts';
import { list } from '../../ui/list.ts';
import { ListTable } from '../../ui/list-table.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import styles from './compare.module.css';
import { useAlike } from './queries.ts';
import { deltaText, rootOf } from './words.ts';

const TRACE_ID = /^[0-9a-f]{32}$/i;

function ByIdForm() {
  const [id, setId] = useState('');
  const sound = TRACE_ID.test(id.trim());
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (sound) setUrlState({ b: id.trim().toLowerCase() });
  };
  return (
    <form className={styles.byId} onSubmit={onSubmit}>
      <label className={list.label}>
        Trace id
        <input
          className={list.field}
          value={id}
          spellCheck={false}
          placeholder="32 hex digits"
          onChange={(e) => setId(e.target.value)}
        />
      </label>
      <Button type="submit" disabled={!sound}>
        Compare
      </Button>
    </form>
  );
}

/** Which trace to compare with: one of the same work around the same time, or any by its id. */
export function PickOther({ trace }: { trace: TraceDetail }) {
  const root = rootOf(trace);
  const query = useAlike(trace, root?.service ?? '', root?.name ?? '');
  return (
    <div className={styles.pick}>
      <h2>
        With which? Traces of {root?.service} {root?.name} half an hour around it, the newest first
      </h2>
      <QueryState query={query} rows={8}>
        {(alike) =>
          alike.length === 0 ? (
            <Empty title="No other trace of this work">Give the id of any other trace below.</Empty>
          ) : (
            <ListTable
              label="Traces like it"
              columns={['Started', 'Trace', { head: 'Duration', look: 'num' }, 'Against this one', 'Marks']}
            >
              {alike.map((each) => (
                <tr key={each.traceId}>
                  <td className="mono">{clock(each.startMs, 3)}</td>
                  <td className={list.wide} style={{ minWidth: 110 }}>
                    <RangeLink href={`/traces/compare?a=${trace.traceId}&b=${each.traceId}`}>
                      <span className="mono">{shortId(each.traceId)}</span>
                    </RangeLink>
                  </td>
                  <td className={list.num}>{durationText(each.durationMs)}</td>
                  <td>{deltaText(each.durationMs * 1e6 - trace.durationNs)}</td>
                  <td>
                    {each.errorCount > 0 ? (
                      <span className="failing">× {each.errorCount} failed </span>
                    ) : null}
                    {each.faultIds.length > 0 ? <span className="fault">touched by a fault</span> : null}
                  </td>
                </tr>
              ))}
            </ListTable>
          )
        }
      </QueryState>
      <ByIdForm />
    </div>
  );
}
