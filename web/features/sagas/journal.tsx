import { clock, durationText, plural } from '../../ui/format.ts';
import { hueColor, type StateHue } from '../../ui/state.ts';
import type { JournalRow, LeaseSpan, SagaView } from './model.ts';
import styles from './sagas.module.css';

function Row({ row }: { row: JournalRow }) {
  const hue: StateHue | null = row.tone === 'plain' ? null : row.tone;
  return (
    <tr>
      <td className={`${styles.num} ink3`}>{row.number}</td>
      <td>{clock(row.at, 3)}</td>
      <td className={`${styles.num} ink3`}>{row.afterMs === null ? '' : durationText(row.afterMs)}</td>
      <td style={hue ? { color: hueColor(hue) } : undefined}>{row.what}</td>
      <td>{row.step}</td>
      <td className={styles.num}>{row.attempt > 0 ? row.attempt : ''}</td>
      <td className={styles.num}>{row.epoch}</td>
      <td className="ink3">{row.key}</td>
      <td>{row.detail}</td>
    </tr>
  );
}

/** The journal as it was written, one row an entry. */
export function Journal({ view, sagaId }: { view: SagaView; sagaId: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the table scrolls sideways, so the keyboard must reach it
    <section className={styles.journalBox} tabIndex={0} aria-label="Journal">
      <div className="row" style={{ gap: 12 }}>
        <h2>Journal</h2>
        <span className="cap ink3">
          {plural(view.rows.length, 'row')}; every key starts with {sagaId}
        </span>
      </div>
      <table className={styles.journal}>
        <thead>
          <tr>
            <th className={styles.num}>Row</th>
            <th>Written</th>
            <th className={styles.num}>After</th>
            <th>What</th>
            <th>Step</th>
            <th className={styles.num}>Try</th>
            <th className={styles.num}>Epoch</th>
            <th>Idempotency key</th>
            <th>Detail</th>
          </tr>
        </thead>
        <tbody>
          {view.rows.map((row) => (
            <Row key={row.number} row={row} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Lease({ lease }: { lease: LeaseSpan }) {
  return (
    <>
      {lease.parkedMs > 0 ? (
        <span className={styles.parked}>parked {durationText(lease.parkedMs)}</span>
      ) : null}
      <span className={styles.lease}>
        <b>Epoch {lease.epoch}</b>{' '}
        <span className="ink2">
          {lease.owner || 'owner unknown'}, {durationText(lease.to - lease.from)}
        </span>
      </span>
    </>
  );
}

/** Who held the saga, and when nobody did. */
export function Leases({ view }: { view: SagaView }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the bars scroll sideways, so the keyboard must reach them
    <section className={styles.leases} tabIndex={0} aria-label="Leases">
      <span className="ink3">lease</span>
      {view.leases.map((l) => (
        <Lease key={l.epoch} lease={l} />
      ))}
      <span className="gap" />
      <span className="ink3">{view.endedAt === null ? 'held' : 'released'}</span>
    </section>
  );
}
