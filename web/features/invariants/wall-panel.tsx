'use client';
import { useMemo } from 'react';
import { setUrlState, useUrlState } from '../../live/url-state.ts';
import { useSettled } from '../../live/use-settled.ts';
import { useConnection, useInstant, useNow, useWindow } from '../../live/use-window.ts';
import { Empty } from '../../ui/empty.tsx';
import { ago, clock, durationText, plural } from '../../ui/format.ts';
import { InvariantGlyph } from '../../ui/glyphs/invariant.tsx';
import { Panel } from '../../ui/panel.tsx';
import { QueryState } from '../../ui/query-state.tsx';
import type { StateHue } from '../../ui/state.ts';
import { Tag } from '../../ui/tag.tsx';
import { EvidenceCard } from './evidence.tsx';
import styles from './invariants.module.css';
import {
  countWords,
  firstTrouble,
  historyWords,
  type Span,
  STATUS_WORDS,
  type Status,
  type Tile,
  tiles,
} from './model.ts';
import { useWall } from './queries.ts';
import { ToldCard } from './told.tsx';

const HUES: Readonly<Record<Status, StateHue>> = {
  ok: 'ok',
  pending: 'unknown',
  unknown: 'unknown',
  violated: 'failing',
};

function History({ tile }: { tile: Tile }) {
  return (
    <svg
      className={styles.history}
      viewBox="0 0 100 4"
      preserveAspectRatio="none"
      role="img"
      aria-label={historyWords(tile.history)}
    >
      {tile.history.map(({ status, from, to }) => (
        <rect
          key={from}
          className={styles.stretch}
          data-status={status ?? 'none'}
          x={from * 100}
          width={Math.max(0.6, (to - from) * 100)}
          height={4}
        />
      ))}
    </svg>
  );
}

function TileButton({ tile, chosen, asked }: { tile: Tile; chosen: boolean; asked: boolean }) {
  const look = tile.status === 'unknown' ? 'pending' : tile.status;
  return (
    <button
      type="button"
      className={styles.tile}
      data-status={tile.status}
      aria-pressed={chosen}
      title={tile.title}
      // One that was opened by itself is held by a press, and closed by the next.
      onClick={() => setUrlState({ invariant: asked ? 'none' : tile.id })}
    >
      <span className={styles.head}>
        <InvariantGlyph look={look} />
        <b>{tile.id}</b> <span className={styles.title}>{tile.title}</span>
      </span>
      <span className={styles.words}>
        <span className="visually-hidden">{STATUS_WORDS[tile.status]}: </span>
        {tile.words}
      </span>
      <History tile={tile} />
    </button>
  );
}

function Tiles({ all, rewound, span }: { all: readonly Tile[]; rewound: boolean; span: Span }) {
  const [asked] = useUrlState<string>('invariant', '');
  const chosen = asked === '' ? firstTrouble(all) : asked;
  const tile = all.find(({ id }) => id === chosen);
  return (
    <>
      <div className={styles.tiles}>
        {all.map((each) => (
          <TileButton key={each.id} tile={each} chosen={each === tile} asked={each.id === asked} />
        ))}
      </div>
      {tile === undefined ? (
        <p className={`cap ink3 ${styles.hint}`}>Choose one to read the facts behind it.</p>
      ) : rewound ? (
        <ToldCard tile={tile} span={span} />
      ) : (
        <EvidenceCard key={tile.id} tile={tile} />
      )}
    </>
  );
}

function useSubtitle(rewound: boolean, at: number): string {
  const now = useNow();
  const { data, dataUpdatedAt } = useWall();
  const sweep = data?.wall?.sweep;
  if (rewound) return `as the auditor said at ${clock(at)}`;
  if (!sweep) return 'judged by an auditor of its own';
  const silent = now - sweep.at > 15_000 || dataUpdatedAt === 0 ? 'silent since the sweep' : 'read';
  return `${silent} ${ago(sweep.at, now)}, ${plural(sweep.orders, 'order')} in ${durationText(sweep.tookMs)}; ${data?.wall?.open ?? 0} not settled`;
}

function Counts({ all }: { all: readonly Tile[] }) {
  return (
    <span className="row" style={{ gap: 4, flexWrap: 'wrap' }}>
      {countWords(all).map(({ status, words }) => (
        <Tag key={status} hue={HUES[status]}>
          {words}
        </Tag>
      ))}
    </span>
  );
}

/** The invariants, what each was over the range, and the facts behind one. `onClose` absent: it stays. */
export function WallPanel({ onClose }: { onClose?: (() => void) | undefined }) {
  const { timeline, from, to, at } = useSettled(useWindow(), 1_000);
  const rewound = useInstant().at !== null;
  const { status } = useConnection();
  const query = useWall();
  const subtitle = useSubtitle(rewound, at);
  const rows = query.data?.wall?.invariants;
  const all = useMemo(
    () => tiles(rows ?? [], timeline.invariants, { from, to, at }, rewound),
    [rows, timeline.invariants, from, to, at, rewound],
  );
  return (
    <Panel
      label="Invariants"
      title="Invariants"
      subtitle={subtitle}
      actions={<Counts all={all} />}
      {...(onClose ? { onClose } : {})}
    >
      {status === 'live' || status === 'connecting' ? null : (
        <p className={`cap degraded ${styles.hint}`} role="status">
          Not connected: this is what was last heard.
        </p>
      )}
      <QueryState query={query} rows={7} rowHeight={66}>
        {() =>
          all.length > 0 ? (
            <Tiles all={all} rewound={rewound} span={{ from, to, at }} />
          ) : (
            <Empty title="No auditor" command="npm start">
              An auditor reads the databases of all services and judges fourteen invariants. The sample shop
              brings one; yours says its verdicts as telemetry.
            </Empty>
          )
        }
      </QueryState>
    </Panel>
  );
}
