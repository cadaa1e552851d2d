'use client';
import dynamic from 'next/dynamic';
import { usePathname } from 'next/navigation';
import { endTour, startTour, useTour } from '../../live/tour.ts';
import { Button } from '../../ui/button.tsx';
import { CrossIcon } from '../../ui/icons.tsx';
import styles from './tour.module.css';

const TourDock = dynamic(() => import('./tour-dock.tsx'), { ssr: false });

/** The dock while a tour is on its way, on every page. */
export function Tour() {
  const { step } = useTour();
  return step === null ? null : <TourDock step={step} />;
}

/** Asked once, on the first page of all: a person, who may say no. */
export function TourInvitation() {
  const { seen, step } = useTour();
  const path = usePathname();
  if (seen || step !== null || path !== '/') return null;
  return (
    <span className={styles.invitation}>
      <span className={`cap ink2 ${styles.invitationWords}`}>New here?</span>
      <Button size="sm" onClick={startTour}>
        Take the tour
      </Button>
      <Button size="sm" variant="quiet" onClick={endTour} aria-label="No tour">
        <CrossIcon />
      </Button>
    </span>
  );
}
