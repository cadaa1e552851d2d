'use client';
import { useCallback } from 'react';
import { setUrlState, useUrlState } from '../../live/url-state.ts';
import { ago, count, plural } from '../../ui/format.ts';
import { KeyValue } from '../../ui/key-value.tsx';
import { list } from '../../ui/list.ts';
import { ListTable } from '../../ui/list-table.tsx';
import { Tag } from '../../ui/tag.tsx';
import styles from './agents.module.css';
import { type AgentRow, kindWords, openedAgent } from './model.ts';

const COLUMNS = [
  'Service',
  'State',
  'Sits',
  'Chaos',
  { head: 'Can inject', look: 'num' },
  { head: 'Controls', look: 'num' },
  { head: 'Leases', look: 'num' },
  { head: 'Dropped', look: 'num' },
  { head: 'Scopes refused', look: 'num' },
  { head: 'Last seen', look: 'num' },
] as const;

const counts = (all: readonly { name: string; count: number }[]): string =>
  all.map(({ name, count: n }) => `${name.replaceAll('_', ' ')} ${n}`).join(', ');

function Details({ row }: { row: AgentRow }) {
  const rows: [string, string][] = [
    ['Instance', `${row.instance}, pid ${row.pid}, version ${row.version}`],
    ['Can inject', row.hurts.join('; ') || 'nothing'],
    ['Controls', row.controls.join(', ') || 'none'],
  ];
  if (row.dropped.length > 0) rows.push(['Dropped', counts(row.dropped)]);
  if (row.scopesRefused.length > 0) rows.push(['Scopes refused', counts(row.scopesRefused)]);
  return (
    <tr className={styles.details}>
      <td colSpan={COLUMNS.length}>
        <KeyValue rows={rows} read />
      </td>
    </tr>
  );
}

interface RowProps {
  row: AgentRow;
  now: number;
  open: boolean;
  toggle: () => void;
  /** The address asked for this one: it comes into view once. */
  asked: boolean;
}

function Row({ row, now, open, toggle, asked }: RowProps) {
  const intoView = useCallback((element: HTMLTableRowElement | null) => {
    element?.scrollIntoView({ block: 'center' });
  }, []);
  const refused = row.scopesRefused.reduce((n, d) => n + d.count, 0);
  return (
    <>
      <tr aria-selected={open} ref={asked ? intoView : undefined}>
        <td>
          <button type="button" className={styles.toggle} aria-expanded={open} onClick={toggle}>
            <span aria-hidden="true">{open ? '▾' : '▸'}</span>
            <b>{row.service}</b> <span className="ink3">{row.instance}</span>
          </button>
        </td>
        <td>{row.connected ? <span className="ok">Connected</span> : <Tag hue="unknown">Lost</Tag>}</td>
        <td>{kindWords(row.kind)}</td>
        <td className={row.chaosAllowed ? undefined : 'ink3'}>{row.chaosAllowed ? 'allowed' : 'refused'}</td>
        <td className={list.num}>{row.hurts.length === 0 ? 'nothing' : plural(row.hurts.length, 'fault')}</td>
        <td className={list.num}>{count(row.controls.length)}</td>
        <td className={list.num}>{row.leases}</td>
        <td
          className={`${list.num} ${row.droppedTotal > 0 ? 'degraded strong' : ''}`}
          title={counts(row.dropped)}
        >
          {count(row.droppedTotal)}
        </td>
        <td className={list.num} title={counts(row.scopesRefused)}>
          {count(refused)}
        </td>
        <td className={list.num}>{row.connected ? 'now' : ago(row.lastSeenAt, now)}</td>
      </tr>
      {open ? <Details row={row} /> : null}
    </>
  );
}

/** One line an agent; what it can hurt and control is told when its line is opened. `?service=` opens the first of that one. */
export function AgentsTable({ rows, now }: { rows: readonly AgentRow[]; now: number }) {
  const [agent] = useUrlState<string>('agent', '');
  const [service] = useUrlState<string>('service', '');
  const opened = openedAgent(rows, { agent, service });
  return (
    <ListTable label="Agents" columns={COLUMNS}>
      {rows.map((row) => {
        const open = row.agentId === opened;
        return (
          <Row
            key={row.agentId}
            row={row}
            now={now}
            open={open}
            asked={open && agent === ''}
            toggle={() => setUrlState({ agent: open ? 'none' : row.agentId })}
          />
        );
      })}
    </ListTable>
  );
}
