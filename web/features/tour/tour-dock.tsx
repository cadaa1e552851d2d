'use client';
import { type ComponentType, useCallback } from 'react';
import { endTour, TOUR_STEPS, type TourStep } from '../../live/tour.ts';
import { Button } from '../../ui/button.tsx';
import styles from './tour.module.css';
import { BreakStep, CostStep, OrderStep, ShopStep, WatchStep } from './tour-steps.tsx';
import { type TourFacts, useTourFacts } from './use-tour-facts.ts';

interface Step {
  title: string;
  Body: ComponentType<{ facts: TourFacts }>;
}

const STEPS: Record<TourStep, Step> = {
  shop: { title: 'This is your shop', Body: ShopStep },
  order: { title: 'This is one order', Body: OrderStep },
  break: { title: 'Break it', Body: BreakStep },
  watch: { title: 'See how far it reaches', Body: WatchStep },
  cost: { title: 'You broke it, here is what it cost', Body: CostStep },
};

/** The step where somebody is, beside the real page; nothing behind it is out of reach. */
export default function TourDock({ step }: { step: TourStep }) {
  const facts = useTourFacts();
  const { title, Body } = STEPS[step];
  // Each step begins where the keyboard is: its head takes the focus once.
  const focus = useCallback((head: HTMLElement | null) => head?.focus({ preventScroll: true }), []);
  return (
    <section className={styles.dock} aria-label="Tour">
      <div className={styles.head}>
        <h2 key={step} ref={focus} tabIndex={-1} className="read">
          {title}
        </h2>
        <span className="cap ink3">
          {TOUR_STEPS.indexOf(step) + 1} of {TOUR_STEPS.length}
        </span>
        <span className="gap" />
        <Button size="sm" variant="quiet" onClick={endTour}>
          Leave the tour
        </Button>
      </div>
      <Body facts={facts} />
    </section>
  );
}
