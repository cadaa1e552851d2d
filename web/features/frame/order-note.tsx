'use client';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { CheckIcon, CrossIcon } from '../../ui/icons.tsx';
import styles from './palette.module.css';
import type { Order } from './use-deeds.ts';

/** What became of an order given in the palette, which has closed by then. */
export function OrderNote({ order, dismiss }: { order: Order; dismiss: () => void }) {
  const away = (
    <Button size="sm" variant="quiet" onClick={dismiss} aria-label="Dismiss">
      <CrossIcon />
    </Button>
  );
  if (order.error) {
    return (
      <div className={styles.order}>
        <ErrorNote error={order.error} action={away} />
      </div>
    );
  }
  return (
    <div className={styles.order} role="status">
      {order.done ? (
        <span className="ok">
          <CheckIcon />
        </span>
      ) : null}
      <span>
        {order.label}: {order.done ? 'done' : 'on its way'}
      </span>
      {away}
    </div>
  );
}
