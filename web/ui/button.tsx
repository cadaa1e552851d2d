import type { ButtonHTMLAttributes, Ref } from 'react';
import styles from './ui.module.css';

export type ButtonVariant = 'outline' | 'primary' | 'quiet' | 'fault' | 'danger' | 'stop';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `primary` is ink; `fault` arms or undoes something done on purpose; `stop` is for Stop all chaos alone. */
  variant?: ButtonVariant;
  size?: 'md' | 'sm';
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ variant = 'outline', size = 'md', className = '', ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={`${styles.button} ${className}`}
      data-variant={variant}
      data-size={size}
    />
  );
}

interface ChipProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  pressed: boolean;
  /** `fault`: the choice is something to break. Any other choice is ink. */
  tint?: 'fault';
}

/** One of a few choices in a row. */
export function Chip({ pressed, tint, className = '', ...rest }: ChipProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-pressed={pressed}
      data-tint={tint}
      className={`${styles.chip} ${className}`}
    />
  );
}
