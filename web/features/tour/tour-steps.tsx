'use client';
import { useMutation } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { request } from '../../live/request.ts';
import { endTour, goToStep, useTour } from '../../live/tour.ts';
import { Button } from '../../ui/button.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { clock, countdown, durationText, percent, plural, rateText } from '../../ui/format.ts';
import { KeyValue } from '../../ui/key-value.tsx';
import { RangeLink } from '../../ui/range-link.tsx';
import type { Cost } from './cost.ts';
import styles from './tour.module.css';
import { BROKEN, type TourFacts } from './use-tour-facts.ts';

/** How long the tour's fault lives when nobody ends it, ms. */
const FAULT_MS = 60_000;

interface StepProps {
  facts: TourFacts;
}

function NoShop() {
  return (
    <>
      <p>No shop is running here. Start it, and the tour goes on:</p>
      <CommandLine command="npm start" />
      <RangeLink href="/attach">Or attach a service of your own</RangeLink>
    </>
  );
}

/** 1: what there is; places a real order. */
export function ShopStep({ facts }: StepProps) {
  const router = useRouter();
  const order = useMutation({
    mutationFn: () => request('triggerSaga', { input: { amount: 84.9 } }),
    onSuccess: ({ sagas: [placed] }) => {
      if (!placed) return;
      goToStep('order', { sagaId: placed.sagaId });
      router.push(`/sagas/${placed.sagaId}`);
    },
  });
  if (facts.known && !facts.shop) return <NoShop />;
  return (
    <>
      <p>
        {plural(facts.services, 'service')} answer {rateText(facts.rate)} requests of customers right now. A
        ring is a service and its share of good answers, a tank is a queue, a moving dot is a call.
      </p>
      {order.error ? <ErrorNote error={order.error} /> : null}
      <div className={styles.actions}>
        <Button variant="primary" disabled={!facts.shop || order.isPending} onClick={() => order.mutate()}>
          {order.isPending ? 'Placing it' : 'Place an order'}
        </Button>
      </div>
    </>
  );
}

/** 2: the order that was placed, as a saga. */
export function OrderStep({ facts }: StepProps) {
  const router = useRouter();
  return (
    <>
      <p>
        Your order takes stock, charges a card and books a parcel: three services, and no transaction around
        them. What went forward stands above the line, what had to be taken back below it.
      </p>
      <p role="status">
        {facts.outcome === null ? 'It is under way.' : <b className="ink1">It ended {facts.outcome}.</b>}
      </p>
      <div className={styles.actions}>
        <Button
          variant="primary"
          onClick={() => {
            goToStep('break');
            router.push(`/?node=${BROKEN}`);
          }}
        >
          Next: break {BROKEN}
        </Button>
      </div>
    </>
  );
}

/** 3: arms a real fault. */
export function BreakStep({ facts }: StepProps) {
  const arm = useMutation({
    mutationFn: () =>
      request('armFault', {
        input: {
          spec: {
            action: { type: 'error', status: 503 },
            target: { kind: 'service', service: BROKEN },
            durationMs: FAULT_MS,
            reason: 'First-run tour',
          },
        },
      }),
    onSuccess: ({ fault }) => {
      if (fault) goToStep('watch', { faultId: fault.faultId });
    },
  });
  const halted = facts.halt?.halted === true;
  return (
    <>
      <p>
        For {durationText(FAULT_MS)} <b className="fault">{BROKEN} answers every request with 503</b>. The
        fault is a lease: it ends by itself, and Stop all chaos (Shift Esc) ends it at once.
      </p>
      {halted ? <p className="failing">Chaos is halted. Release it in the banner below first.</p> : null}
      {arm.error ? <ErrorNote error={arm.error} /> : null}
      <div className={styles.actions}>
        <ConfirmButton
          variant="fault"
          ask="Press again to break it"
          disabled={halted || !facts.shop || arm.isPending}
          onConfirm={() => arm.mutate()}
        >
          Break {BROKEN}
        </ConfirmButton>
      </div>
    </>
  );
}

/** 4: the fault at work; ends it. */
export function WatchStep({ facts }: StepProps) {
  const { faultId } = useTour();
  const { fault, cost } = facts;
  const release = useMutation({
    mutationFn: () => request('releaseFault', { params: { id: faultId } }),
    onSuccess: () => goToStep('cost'),
  });
  const ended = fault !== null && fault.endedAt !== null;
  return (
    <>
      <p>
        Orders cannot be charged now. Retries come first, then the breaker in front of {BROKEN} opens, and
        orders that were half done are taken back.
      </p>
      <p role="status" className="ink1">
        {cost === null ? 'The fault is armed.' : hitWords(cost)}
      </p>
      {release.error ? <ErrorNote error={release.error} /> : null}
      <div className={styles.actions}>
        {ended ? (
          <Button variant="primary" onClick={() => goToStep('cost')}>
            It has ended: what did it cost?
          </Button>
        ) : (
          <Button variant="fault" disabled={release.isPending} onClick={() => release.mutate()}>
            {release.isPending ? 'Ending it' : 'End it, and see what it cost'}
          </Button>
        )}
      </div>
    </>
  );
}

function hitWords({ hit, opened }: Cost): string {
  const breakers = opened.length > 0 ? `; ${plural(opened.length, 'breaker')} opened` : '';
  return `${plural(hit, 'call')} hit so far${breakers}.`;
}

/** 5: the bill. */
export function CostStep({ facts }: StepProps) {
  const router = useRouter();
  const { fault, cost } = facts;
  const finish = () => {
    endTour();
    router.push('/chaos');
  };
  return (
    <>
      {fault && cost ? (
        <Bill fault={fault} cost={cost} />
      ) : (
        <p>The fault is older than what this page holds. Chaos keeps all of them.</p>
      )}
      <p>
        An experiment does the same with guards, a verdict and a report.{' '}
        {facts.connected ? '' : 'Reconnecting.'}
      </p>
      <div className={styles.actions}>
        <Button variant="primary" onClick={finish}>
          Finish: show the experiments
        </Button>
      </div>
    </>
  );
}

function Bill({ fault, cost }: { fault: NonNullable<TourFacts['fault']>; cost: Cost }) {
  const ended = fault.endedAt ?? fault.armedAt;
  return (
    <>
      <KeyValue
        read
        rows={[
          ['Broken for', durationText(ended - fault.armedAt)],
          ['Calls hit', plural(cost.hit, 'call')],
          ['Failed answers to customers', `${cost.failed} of ${cost.answers} (${percent(share(cost))})`],
          ['Orders that came to nothing', `${cost.undone} of ${cost.sagas}`],
          ['Breakers opened', cost.opened.join(', ') || 'none'],
          ['Over', overWords(cost, ended)],
        ]}
      />
      <div className={styles.links}>
        <RangeLink href={`/traces?q=fault%3D${encodeURIComponent(fault.faultId)}&all=1`}>
          The calls it hit
        </RangeLink>
        <RangeLink href="/breakers">Breakers</RangeLink>
        <RangeLink href="/scorecard">Scorecard</RangeLink>
      </div>
    </>
  );
}

function share({ failed, answers }: Cost): number | null {
  return answers === 0 ? null : failed / answers;
}

function overWords({ overAt, stillOpen }: Cost, ended: number): string {
  if (overAt !== null) return `at ${clock(overAt)}, ${countdown(overAt - ended)} after its end`;
  return stillOpen.length > 0 ? `not yet: ${stillOpen.join(', ')} is still open` : 'not yet';
}
