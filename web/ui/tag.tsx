import type { CSSProperties, ReactNode } from 'react';
import { hueColor, type StateHue } from './state.ts';
import styles from './ui.module.css';

/** A state as a word on its tint. */
export function Tag({
  hue = 'neutral',
  children,
  title,
}: {
  hue?: StateHue;
  children: ReactNode;
  title?: string;
}) {
  return (
    <span className={styles.tag} style={{ '--hue': hueColor(hue) } as CSSProperties} title={title}>
      {children}
    </span>
  );
}
