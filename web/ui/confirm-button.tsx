'use client';
import { type ReactNode, useState } from 'react';
import { Button, type ButtonVariant } from './button.tsx';

interface ConfirmProps {
  children: ReactNode;
  /** What stands on the button between the two presses: `Press again to run`. */
  ask: string;
  onConfirm: () => void;
  variant?: ButtonVariant;
  size?: 'md' | 'sm';
  disabled?: boolean;
}

/** A button for what should not happen by accident: pressed twice, and it forgets the first when it loses focus. */
export function ConfirmButton({ children, ask, onConfirm, variant, size, disabled }: ConfirmProps) {
  const [asked, setAsked] = useState(false);
  const press = () => {
    if (asked) onConfirm();
    setAsked(!asked);
  };
  return (
    <Button
      {...(variant ? { variant } : {})}
      {...(size ? { size } : {})}
      disabled={disabled}
      onClick={press}
      onBlur={() => setAsked(false)}
      onKeyDown={(e) => {
        if (e.key === 'Escape') setAsked(false);
      }}
    >
      <span aria-live="polite">{asked ? ask : children}</span>
    </Button>
  );
}
