'use client';
import { type ThemeChoice, useTheme } from '../../ui/theme.tsx';
import styles from './frame.module.css';

const NEXT: Record<ThemeChoice, ThemeChoice> = { dark: 'light', light: 'system', system: 'dark' };
const WORD: Record<ThemeChoice, string> = { dark: 'Dark', light: 'Light', system: 'System' };

function Picture({ choice }: { choice: ThemeChoice }) {
  return (
    <svg width="16" height="16" viewBox="0 0 16 16" className="icon" aria-hidden="true">
      {choice === 'dark' ? <path d="M13 9.8A5.6 5.6 0 0 1 6.2 3 5.6 5.6 0 1 0 13 9.8Z" /> : null}
      {choice === 'light' ? (
        <path d="M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1.1 1.1M11.9 11.9 13 13M13 3l-1.1 1.1M4.1 11.9 3 13" />
      ) : null}
      {choice === 'system' ? <path d="M2 3.5h12v7.5H2zM5.5 14h5" /> : null}
    </svg>
  );
}

/** Dark, light, or what the system says. */
export function ThemeToggle() {
  const { choice, choose } = useTheme();
  return (
    <button
      type="button"
      className={styles.railLink}
      onClick={() => choose(NEXT[choice])}
      aria-label={`Theme: ${WORD[choice]}. Change to ${WORD[NEXT[choice]]}`}
    >
      <Picture choice={choice} />
      {WORD[choice]}
    </button>
  );
}
