import { RangeLink } from '../../ui/range-link.tsx';
import { LANES, type LaneName } from './geometry.ts';
import styles from './strip.module.css';

/** Where each lane is told in full. */
const PAGES: Record<LaneName, readonly [href: string, name: string]> = {
  faults: ['/chaos', 'Faults: open Chaos'],
  breakers: ['/breakers', 'Breakers: open their page'],
  queues: ['/queues', 'Queue depth: open Queues'],
  sagas: ['/sagas', 'Saga outcomes: open Sagas'],
  errors: ['/traces', 'Errors, p95: open Traces'],
  deploys: ['/agents', 'Deploys: open Agents'],
};

/** The names of the lanes lead to their pages, with the range that is shown. */
export function LaneLinks({ width }: { width: number }) {
  return (Object.keys(PAGES) as LaneName[]).map((lane) => {
    const [href, name] = PAGES[lane];
    return (
      <RangeLink
        key={lane}
        href={href}
        className={styles.laneLink ?? ''}
        style={{ ...LANES[lane], width }}
        aria-label={name}
        title={name}
      />
    );
  });
}
