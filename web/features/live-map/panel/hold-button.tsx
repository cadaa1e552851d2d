'use client';
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import styles from '../map.module.css';

/** How long a button that arms must be held, milliseconds. */
export const HOLD_MS = 600;

interface Props {
  onHeld: () => void;
  disabled?: boolean;
  children: ReactNode;
}

/** Arms only when it is held, by pointer, Enter or Space; letting go early does nothing. */
export function HoldButton({ onHeld, disabled = false, children }: Props) {
  const [holding, setHolding] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const end = () => {
    if (timer.current !== null) clearTimeout(timer.current);
    timer.current = null;
    setHolding(false);
  };
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current);
    },
    [],
  );
  const begin = () => {
    if (disabled || timer.current !== null) return;
    setHolding(true);
    timer.current = setTimeout(() => {
      end();
      onHeld();
    }, HOLD_MS);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    if (!event.repeat) begin();
  };
  return (
    <Button
      variant="fault"
      className={styles.hold}
      data-holding={holding}
      disabled={disabled}
      onPointerDown={(event) => {
        if (event.button === 0) begin();
      }}
      onPointerUp={end}
      onPointerLeave={end}
      onPointerCancel={end}
      onKeyDown={onKeyDown}
      onKeyUp={end}
      onBlur={end}
      aria-description="Hold for 0.6 seconds to arm"
    >
      {children}
    </Button>
  );
}
